"""A deposit leaves ciphertext, one notice, and a link key that is erased once the notice has left."""

from datetime import timedelta

import pytest
from django.db import connection

from audit.models import AuditEvent
from delivery.escrow import keys, notices
from delivery.escrow import services as escrow
from delivery.models import EscrowEvent, EscrowItem, Message
from delivery.queries import due
from tenancy import clock
from tests.factories.delivery import make_item


def columns_of(item: EscrowItem) -> bytes:
    """Every byte that the database holds of the item, as it lies there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT delivery_escrowitem::text FROM delivery_escrowitem WHERE id = %s", [item.id]
        )
        return str(cursor.fetchone()[0]).encode()


def kinds(item: EscrowItem) -> list[str]:
    return list(
        EscrowEvent.objects.filter(item=item).order_by("occurred_at").values_list("kind", flat=True)
    )


def test_the_link_of_the_notice_opens_the_message(ada):
    item = make_item(ada, subject="Your visit", text="Hello Ada")
    link_key = keys.read_link_key(notices.compose(item.id).text.split("#")[1].split()[0])
    content_key = keys.content_key(
        item.place,
        link_key=link_key,
        server_share=item.server_share,
        wrapped_key=item.wrapped_key,
    )
    opened = keys.open_part(item.place, content_key=content_key, name="text", sealed=item.text)
    assert opened == b"Hello Ada"


def test_one_notice_is_queued_that_says_nothing_about_health(ada):
    item = make_item(ada, subject="Your mammogram", text="Your mammogram is due, Ada")
    queued = Message.objects.get(cause=Message.Cause.NOTICE, cause_id=item.id)
    assert (queued.status, queued.mail_class, queued.route, queued.contact_id) == (
        "queued",
        "notice",
        "plain",
        ada.id,
    )
    assert queued.message_id.endswith("@mail.elm.example>")
    notice = notices.compose(item.id)
    assert notice.subject == "Elm Street Clinic has a message for you"
    said = f"{notice.subject} {notice.html} {notice.text}"
    assert not any(word in said for word in ("mammogram", "Ada", "Quennell"))


def test_the_notice_speaks_the_persons_language(ada):
    notice = notices.compose(make_item(ada, language="es").id)
    assert notice.subject == "Elm Street Clinic tiene un mensaje para usted"
    assert 'lang="es"' in notice.html


def test_nothing_readable_rests_in_the_database(ada):
    item = make_item(ada, text="mammogram")
    link_key = item.notice_link_key
    rests = columns_of(EscrowItem.objects.get(pk=item.pk))
    assert item.proof_digest.hex().encode() in rests  # positive control: the row is all there
    for secret in (b"mammogram", link_key, keys.to_fragment(link_key).encode()):
        assert secret not in rests
        assert secret.hex().encode() not in rests


@pytest.mark.parametrize(
    ("accepted", "kind"), [(True, "notice_accepted"), (False, "notice_failed")]
)
def test_the_link_key_is_erased_when_the_notice_is_settled(ada, accepted, kind):
    item = make_item(ada)
    escrow.settle_notice(item.id, accepted=accepted)
    assert EscrowItem.objects.get(pk=item.pk).notice_link_key is None
    assert kinds(item) == [kind]
    with pytest.raises(notices.NothingToSay):
        notices.compose(item.id)


def test_recall_shreds_everything_that_could_open_it(ada, nurse):
    item = make_item(ada)
    escrow.revoke(item, actor=nurse)
    item.refresh_from_db()
    assert item.status == EscrowItem.Status.REVOKED
    assert {getattr(item, column) for column in escrow.SECRETS} == {None}
    assert kinds(item) == ["revoked"]
    event = AuditEvent.objects.get(action="escrow.revoked")
    assert (event.actor_id, event.detail) == (nurse.id, {"was_read": False})


def test_a_message_is_recalled_once(ada, nurse):
    item = make_item(ada)
    escrow.revoke(item, actor=nurse)
    with pytest.raises(escrow.ItemClosed):
        escrow.revoke(item, actor=nurse)
    assert kinds(item) == ["revoked"]


def test_messages_expire_after_the_days_of_the_policy(ada):
    item = make_item(ada)
    with clock.at(item.expires_at - timedelta(seconds=1)):
        assert escrow.expire_due() == 0
        assert item.tenant_id not in due.tenants_with_expired_items()
    with clock.at(item.expires_at):
        assert item.tenant_id in due.tenants_with_expired_items()
        assert escrow.expire_due() == 1
    item.refresh_from_db()
    assert (item.expires_at - item.deposited_at).days == 30
    assert (item.status, item.server_share, item.text) == ("expired", None, None)
