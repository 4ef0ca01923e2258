"""A message is handed out after the check only, and counts as read only when it was opened."""

import base64

import pytest

from audit.models import AuditEvent
from compliance.models import Suppression
from contacts.models import Activity
from delivery.escrow import keys, reading
from delivery.escrow import services as escrow
from delivery.escrow.visits import NotOpened, VisitEnded
from delivery.models import EscrowEvent, EscrowItem, EscrowVisit
from tenancy import clock
from tests.delivery.escrow.test_visits import begin
from tests.factories.delivery import make_item


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


@pytest.fixture
def visit(item) -> EscrowVisit:
    """A visit whose answers were right."""
    visit, _ = begin(item)
    visit.checked_at = clock.now()
    visit.save(update_fields=["checked_at"])
    return visit


def receipt_of(item: EscrowItem) -> str:
    content_key = keys.content_key(
        item.place,
        link_key=item.notice_link_key,
        server_share=item.server_share,
        wrapped_key=item.wrapped_key,
    )
    return keys.receipt(content_key, item.id).hex()


def test_the_browser_gets_what_it_needs_and_no_more(item, visit):
    handed = reading.sealed_message(visit)
    assert set(handed) == {
        "place",
        "serverShare",
        "wrappedKey",
        "needsPassphrase",
        "parts",
        "files",
    }
    assert handed["place"] == {
        "tenantId": str(item.tenant_id),
        "itemId": str(item.id),
        "contactId": str(item.contact_id),
    }
    assert base64.b64decode(handed["serverShare"]) == item.server_share
    assert EscrowItem.objects.get(pk=item.pk).read_at is None


def test_nothing_is_handed_out_before_the_check(item):
    visit, _ = begin(item)
    for act in (
        lambda: reading.sealed_message(visit),
        lambda: reading.confirm_read(visit, receipt_of(item)),
        lambda: reading.open_as_text(visit, keys.to_groups(item.notice_link_key)),
    ):
        with pytest.raises(VisitEnded):
            act()
    assert EscrowItem.objects.get(pk=item.pk).status == "waiting"


def test_a_receipt_marks_it_read_once(item, visit, ada):
    for _ in range(2):
        reading.confirm_read(visit, receipt_of(item))
    item.refresh_from_db()
    assert (item.status, item.read_at is not None) == ("read", True)
    opened = EscrowEvent.objects.filter(item=item, kind="opened")
    assert [event.detail for event in opened] == [{"opened_by": "browser"}] * 2
    assert Activity.objects.filter(contact=ada, kind=Activity.Kind.READ).count() == 1
    event = AuditEvent.objects.filter(action="portal.message_read").first()
    assert (event.actor_kind, event.actor_id, event.actor_name) == (
        "patient",
        str(ada.id),
        "The person",
    )


def test_what_was_opened_while_it_was_recalled_counts_as_read_and_stays_closed(
    item, visit, ada, nurse
):
    receipt = receipt_of(item)
    escrow.revoke(EscrowItem.objects.get(pk=item.pk), actor=nurse)
    reading.confirm_read(visit, receipt)
    item.refresh_from_db()
    assert (item.status, item.read_at is not None, item.server_share) == ("revoked", True, None)
    assert Activity.objects.filter(contact=ada, kind=Activity.Kind.READ).count() == 1


def test_who_reports_a_message_that_was_just_recalled_changes_nothing(item, visit, nurse):
    escrow.revoke(EscrowItem.objects.get(pk=item.pk), actor=nurse)
    with pytest.raises(VisitEnded):
        reading.report_wrong_person(visit)
    assert EscrowItem.objects.get(pk=item.pk).status == "revoked"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("receipt", ["", "zz", "00" * 32])
def test_nobody_can_claim_to_have_read_it(item, visit, receipt):
    with pytest.raises(NotOpened):
        reading.confirm_read(visit, receipt)
    assert EscrowItem.objects.get(pk=item.pk).read_at is None


def test_without_script_the_typed_key_opens_the_text(item, visit):
    opened = reading.open_as_text(visit, keys.to_groups(item.notice_link_key).lower())
    assert (opened.subject, opened.text) == ("Your visit", "At 10:20")
    assert EscrowEvent.objects.get(item=item, kind="opened").detail == {"opened_by": "server"}


def test_another_messages_key_opens_nothing(ada, item, visit):
    other = make_item(ada)
    with pytest.raises(NotOpened):
        reading.open_as_text(visit, keys.to_groups(other.notice_link_key))
    assert EscrowItem.objects.get(pk=item.pk).read_at is None


def test_a_wrong_person_closes_the_message_and_the_mailbox(item, visit):
    reading.report_wrong_person(visit)
    item.refresh_from_db()
    assert (item.status, item.server_share) == ("wrong_person", None)
    suppression = Suppression.objects.get()
    assert (suppression.address, suppression.reason, suppression.source) == (
        "ada@postbox.example",
        "wrong_person",
        "person",
    )
