"""A warned person may ask for email without full protection, and take it back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from compliance.facts import Acceptance, GateFacts, TransportLevel
from compliance.gate import decide
from compliance.models import Policy
from contacts import queries, services, tokens
from contacts.forms import beginning_of
from contacts.models import ConsentRecord
from contacts.queries.reachability import health_details
from contacts.unprotected import WARNING, Basis, Scope
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.compliance.reading import text_of
from tests.factories.contacts import make_contact

WISH = services.Request(Scope.ENCRYPTED, Basis.COMMUNICATION)
SAID = services.Evidence("A call", WARNING["en"])
FORM = {
    "scope": "unencrypted",
    "basis": "164.524",
    "source": "A call",
    "said_on": "2026-11-20",
    "warned": "on",
}


def accepts(contact) -> Acceptance | None:
    people = list(queries.people([contact.pk]))
    return queries.person_facts(people)[contact.pk].accepts


def asked(contact, nurse, wish=WISH) -> ConsentRecord:
    return services.record_unprotected(contact, wish, evidence=SAID, actor=nurse)


def test_a_request_is_proof_and_holds_for_that_address_alone(clinic, nurse):
    contact = make_contact(email="ada@x.example")
    record = asked(contact, nurse)
    assert (record.kind, record.state, record.purpose) == ("unprotected", "granted", "unprotected")
    assert record.evidence == {
        "source": "A call", "wording": WARNING["en"], "language": "en", "scope": "encrypted",
        "basis": "164.522(b)", "mailbox": "ada@x.example", "warning": "1",
    }  # fmt: skip
    assert accepts(contact) == Acceptance(TransportLevel.ENCRYPTED, record.pk)
    contact.refresh_from_db()
    contact.identity["email"] = "ada@y.example"
    contact.save(update_fields=["identity"])
    assert accepts(contact) is None


def test_it_counts_once_the_policy_honors_it(clinic, nurse):
    contact = make_contact()
    record = asked(contact, nurse)
    facts = queries.person_facts(list(queries.people([contact.pk])))[contact.pk]
    assert decide(GateFacts(health_details(), facts)).accepts is None
    Policy.objects.create(honors_unprotected=True)
    assert decide(GateFacts(health_details(), facts)).accepts.consent == record.pk


def test_the_last_request_counts_and_a_withdrawal_ends_it(clinic, nurse):
    contact = make_contact()
    asked(contact, nurse)
    more = asked(contact, nurse, services.Request(Scope.UNENCRYPTED, Basis.ACCESS))
    assert accepts(contact) == Acceptance(TransportLevel.ANY, more.pk)
    contact.refresh_from_db()
    services.protect_again(contact, evidence=SAID, actor=nurse)
    contact.refresh_from_db()
    services.protect_again(contact, evidence=SAID, actor=nurse)
    assert accepts(contact) is None
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "consent.granted", "consent.granted", "consent.withdrawn",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("email", "evidence", "sentence"),
    [
        (None, SAID, "no email address"),
        ("ada@x.example", services.Evidence(" ", "Warned"), "how the person asked"),
        ("ada@x.example", services.Evidence("A call", ""), "what they were told"),
    ],
)
def test_refuses_what_is_no_proof(clinic, nurse, email, evidence, sentence):
    contact = make_contact(email=email)
    with pytest.raises(services.ConsentRefused, match=sentence):
        services.record_unprotected(contact, WISH, evidence=evidence, actor=nurse)
    assert not ConsentRecord.objects.exists()
    assert accepts(contact) is None


def test_refuses_a_day_to_come(clinic, nurse):
    late = services.Evidence("A call", "Warned", said_at=clock.now() + timedelta(days=2))
    with pytest.raises(services.ConsentRefused, match="day to come"):
        services.record_unprotected(make_contact(), WISH, evidence=late, actor=nurse)
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize(
    ("zone", "now", "is_taken"),
    [
        ("Pacific/Guam", datetime(2026, 11, 23, 22, 30, tzinfo=UTC), True),
        ("America/New_York", datetime(2026, 11, 24, 2, 0, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 11, 24, 14, 0, tzinfo=UTC), True),
    ],
)
def test_today_is_where_the_clinic_is(clinic, nurse, zone, now, is_taken):
    """The 24th has begun in Guam while it is the 23rd in Greenwich; in New York it is the 23rd longer."""
    with clock.at(now), timezone.override(zone):
        said = services.Evidence("A call", "Warned", said_at=beginning_of(date(2026, 11, 24)))
        if is_taken:
            services.record_unprotected(make_contact(), WISH, evidence=said, actor=nurse)
        else:
            with pytest.raises(services.ConsentRefused, match="day to come"):
                services.record_unprotected(make_contact(), WISH, evidence=said, actor=nurse)
    assert ConsentRecord.objects.exists() is is_taken


def test_staff_records_it_after_the_warning_and_takes_it_back(clinic):
    contact = make_contact(language="es")
    browser = browser_of(make_member(clinic, "marketer", "Mia Marketer"))
    page = f"/contacts/{contact.pk}/unprotected/"
    assert WARNING["es"] in text_of(browser.get(page))
    unwarned = {name: value for name, value in FORM.items() if name != "warned"}
    assert browser.post(page, unwarned).status_code == 422
    assert not ConsentRecord.objects.exists()
    assert browser.post(page, FORM).status_code == 302
    assert ConsentRecord.objects.get().evidence["wording"] == WARNING["es"]
    assert accepts(contact).level is TransportLevel.ANY
    assert browser.post(f"/contacts/{contact.pk}/protect/").status_code == 302
    assert accepts(contact) is None


def test_the_person_takes_it_back_on_the_own_page(clinic, nurse):
    contact = make_contact()
    asked(contact, nurse)
    page = f"/p/{tokens.make(tokens.PREFERENCES, contact.pk)}"
    phone = Client(headers={"host": settings.HOSTS["links"]})
    assert "Send me protected email only" in phone.get(page).content.decode()
    answer = phone.post(page, {"action": "protect"}, follow=True)
    assert "you get protected email only" in answer.content.decode()
    assert "Send me protected email only" not in answer.content.decode()
    assert accepts(contact) is None
