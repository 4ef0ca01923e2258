"""A person goes from every table of every app; proof stays, and nobody else is touched."""

import pytest
from django.apps import apps
from django.urls import reverse

from audit.models import AuditEvent
from campaigns.models import TestSend
from compliance import erasure, lifecycle
from compliance.facts import SuppressionReason
from compliance.lifecycle import Erasure
from compliance.models import LegalHold, Suppression
from compliance.queries import address_index
from compliance.services import holds
from compliance.services.suppressions import suppress
from contacts import queries, services
from contacts.models import Activity, ConsentRecord, Contact, ImportProblem, ImportRun, Look
from contacts.services import left_out_rows
from contacts.services.erasing import NotErased, order_of
from delivery.models import EscrowEvent, EscrowItem, Message, MessageEvent
from tenancy import clock, versions
from tenancy.models import ErasureOrder, TenantModel
from tests.accounts.signing_in import browser_of, make_member
from tests.audit.exports import superuser
from tests.factories.contacts import agree, make_contact
from tests.factories.delivery import make_campaign, make_item, make_message

MARKERS = ("Zyxomark", "zyxomark@harbourmail.example", "EV-ZYX-1", "+12075550199")
MENTIONED = {
    "campaigns_testsend", "compliance_suppression", "contacts_activity", "contacts_contact",
    "contacts_importproblem", "delivery_escrowevent", "delivery_messageevent",
}  # fmt: skip
WHY = "Asked in writing, case 12"


def make_person(nurse, **known):
    """Somebody with a row in every table that goes with a person."""
    person = make_contact(**known)
    name = known["given_name"]
    agree(person, "appointment", nurse)
    message = make_message(person)
    MessageEvent.objects.create(message=message, kind="accepted", detail={"text": f"ok {name}"})
    item = make_item(person, text=f"Hello {name}")
    EscrowEvent.objects.create(item=item, kind="proved", detail={"by": name})
    Activity.objects.create(contact=person, kind="sent", cause="staff", detail={"to": name})
    TestSend.objects.create(
        campaign=make_campaign(), contact=person, content={"for": name}, to="m@elm.example",
        requested_by="m",
    )  # fmt: skip
    Look.objects.create(
        kind="reveal", person_id="m", person_name="M", contact=person, shown_until=clock.now()
    )
    run = ImportRun.objects.create(file_name="people.csv", started_by_id="m", started_by_name="M")
    cells = [known["external_id"], name, known["email"]]
    ImportProblem.objects.create(run=run, line=2, code="date", detail={"cells": cells})
    return person


@pytest.fixture
def ada(clinic, agreement, nurse):
    person = make_person(
        nurse, external_id=MARKERS[2], given_name=MARKERS[0], email=MARKERS[1], phone=MARKERS[3]
    )
    suppress(MARKERS[1], reason=SuppressionReason.REQUESTED, source="staff", actor=nurse)
    return person


@pytest.fixture
def bo(clinic, agreement, nurse):
    return make_person(nurse, external_id="EV-BO", given_name="Boris", email="bo@harbor.example")


def readable():
    """Every value of every table of the workspace, sealed columns opened: table → text."""
    return {
        model._meta.db_table: "\n".join(
            str([getattr(row, field.attname) for field in model._meta.concrete_fields])
            for row in model.objects.all()
        )
        for model in apps.get_models()
        if issubclass(model, TenantModel)
    }


def tables_that_mention(*markers):
    return {
        table
        for table, text in readable().items()
        if any(marker.lower() in text.lower() for marker in markers)
    }


def counts(person):
    return {
        step.model._meta.label: step.model.objects.filter(**{step.path: person.pk}).count()
        for step in erasure.plan()
    }


def test_every_table_that_goes_with_a_person_leads_to_one_and_goes_before_what_it_names():
    going = {
        m for m, entry in lifecycle.registered().items() if entry.erasure is Erasure.WITH_PERSON
    }
    order = [step.model for step in erasure.plan()]
    assert set(order) == going
    assert len(order) == len(going)
    assert order[-1] is Contact
    assert order.index(MessageEvent) < order.index(Message)
    assert order.index(EscrowItem) < order.index(Message)


def test_no_table_that_stays_refers_to_one_that_goes():
    going = {step.model for step in erasure.plan()}
    staying = [m for m in apps.get_models() if issubclass(m, TenantModel) and m not in going]
    fields = [field for model in staying for field in model._meta.local_fields]
    assert [field for field in fields if field.related_model in going] == []


def test_nothing_of_the_person_is_left_in_any_column(ada, bo, nurse):
    assert tables_that_mention(*MARKERS) == MENTIONED
    before = counts(bo)

    gone = services.erase(ada, reason=WHY, actor=nurse)

    assert tables_that_mention(*MARKERS) == set()
    assert set(counts(ada).values()) == {0}
    assert gone["delivery.MessageEvent"] == 1
    assert gone["contacts.Contact"] == 1
    assert counts(bo) == before
    assert "contacts_importproblem" in tables_that_mention("Boris")


def test_an_erased_person_is_not_found(ada, nurse):
    found = {text: len(queries.searching.find(text)) for text in MARKERS}
    services.erase(ada, reason=WHY, actor=nurse)
    assert set(found.values()) == {1}
    assert [queries.searching.find(text) for text in MARKERS] == [[], [], [], []]


def test_proof_stays_for_whoever_presents_the_address(ada, nurse):
    services.erase(ada, reason=WHY, actor=nurse)
    order = order_of("email", " Zyxomark@HARBOURMAIL.example")
    assert order == order_of("record", MARKERS[2])
    assert order_of("email", "bo@harbor.example") is None
    assert ConsentRecord.objects.filter(contact_id=order.contact).count() == 1
    event = AuditEvent.objects.get(action="contact.erased")
    assert event.object_id == str(order.contact)
    assert event.detail["reason"] == WHY


def test_the_address_stays_suppressed_and_unknown(ada, nurse):
    services.erase(ada, reason=WHY, actor=nurse)
    entry = Suppression.objects.get(address_index=address_index(MARKERS[1]))
    assert (entry.address, entry.reason) == ("", "requested")


def test_who_had_opted_out_is_not_mailed_after_a_new_import(bo, nurse):
    Contact.objects.filter(pk=bo.pk).update(has_opted_out=True)
    services.erase(bo, reason=WHY, actor=nurse)
    entry = Suppression.objects.get(address_index=address_index("bo@harbor.example"))
    assert (entry.address, entry.reason) == ("", "unsubscribed")


def test_a_mailbox_that_somebody_else_reads_stays_as_it_is(ada, nurse):
    make_contact(external_id="EV-SON", email=MARKERS[1])
    services.erase(ada, reason=WHY, actor=nurse)
    assert Suppression.objects.get().address == MARKERS[1]


def left_out(run, *cells):
    return [
        ImportProblem.objects.create(run=run, line=2, code="date", detail={"cells": [cell]}).pk
        for cell in cells
    ]


def lines_left():
    return set(ImportProblem.objects.values_list("pk", flat=True))


@pytest.fixture
def restored(clinic, ada, nurse):
    """As after a restore: rows of before her erasure are there again, and others of a file since."""
    ImportProblem.objects.all().delete()
    before = ImportRun.objects.get()
    services.erase(ada, reason=WHY, actor=nurse)
    since = ImportRun.objects.create(file_name="b.csv", started_by_id="m", started_by_name="M")
    hers = left_out(before, MARKERS[2], f" {MARKERS[1].upper()}")
    return hers, left_out(before, "EV-BO") + left_out(since, MARKERS[1])


def test_left_out_rows_of_before_go_again_after_a_restore(clinic, restored):
    hers, others = restored
    orders = list(ErasureOrder.objects.filter(tenant=clinic.pk))
    assert left_out_rows.forget_again(orders, "default") == len(hers)
    assert lines_left() == set(others)


def test_the_restored_row_of_a_person_tells_their_phone_number(clinic, ada):
    ImportProblem.objects.all().delete()
    hers, _ = left_out(ImportRun.objects.get(), MARKERS[3], "+12075550100")
    order = ErasureOrder(tenant=clinic.pk, contact=ada.pk, record_token=b"x")
    assert left_out_rows.forget_again([order], "default") == 1
    assert hers not in lines_left()
    assert len(lines_left()) == 1


def test_what_nobody_can_open_goes_with_them(clinic, restored):
    hers, others = restored
    orders = list(ErasureOrder.objects.filter(tenant=clinic.pk))
    with superuser() as admin:
        admin.execute(
            "UPDATE contacts_importproblem SET detail = '\\x00' WHERE id = %s", [others[0]]
        )
    assert left_out_rows.forget_again(orders, "default") == len(hers) + 1
    versions.switch_off(clinic.pk)
    assert left_out_rows.forget_again(orders, "default") == 1
    assert lines_left() == set()


def test_a_legal_hold_keeps_everything(ada, nurse):
    before = counts(ada)
    holds.place(LegalHold.Subject.CONTACT, subject_id=ada.pk, reason="A case", actor=nurse)
    with pytest.raises(NotErased, match="A legal hold keeps"):
        services.erase(ada, reason=WHY, actor=nurse)
    assert counts(ada) == before
    assert not ErasureOrder.objects.filter(contact=ada.pk).exists()
    assert not AuditEvent.objects.filter(action="contact.erased").exists()


def test_refuses_without_a_reason(ada, nurse):
    with pytest.raises(NotErased, match="Say why"):
        services.erase(ada, reason="  x ", actor=nurse)
    assert Contact.objects.filter(pk=ada.pk).exists()


def test_the_page_says_what_stays_and_erases(clinic, ada):
    officer = browser_of(make_member(clinic, "compliance_officer", "Otto Officer"))
    url = reverse("contacts:erase", args=[ada.pk])
    assert "This cannot be undone" in officer.get(url).content.decode()
    refused = officer.post(url, {"reason": WHY})
    assert refused.status_code == 422
    assert Contact.objects.filter(pk=ada.pk).exists()
    done = officer.post(url, {"reason": WHY, "understood": "on"})
    assert done.status_code == 302
    assert not Contact.objects.filter(pk=ada.pk).exists()


def test_a_marketer_may_not(marketer, ada):
    url = reverse("contacts:erase", args=[ada.pk])
    assert marketer.post(url, {"reason": WHY, "understood": "on"}).status_code == 403
    assert Contact.objects.filter(pk=ada.pk).exists()
