"""A new link for a lost one, where the policy keeps a copy of the key; nowhere else."""

import pytest

from audit.models import AuditEvent
from compliance.models import Policy
from delivery.escrow import answers, keys, notices, passphrases, reissuing, visits
from delivery.escrow import services as escrow
from delivery.escrow.answers import Locked
from delivery.escrow.reissuing import NotReissued
from delivery.escrow.visits import NotOpened, VisitEnded
from delivery.models import EscrowEvent, EscrowItem, Message
from tests.delivery.escrow.test_deposit import columns_of
from tests.delivery.escrow.test_visits import HERE
from tests.factories.delivery import make_item

WHY = "Lost the email"


@pytest.fixture
def item(ada) -> EscrowItem:
    """Its notice has left, so that the link is in the mailbox alone."""
    Policy.objects.update_or_create(defaults={"portal_may_reissue": True})
    return make_item(ada, text="At 10:20")


def left(item) -> bytes:
    link_key = item.notice_link_key
    escrow.settle_notice(item.id, accepted=True)
    return link_key


def opened(item, link_key) -> bytes:
    item = EscrowItem.objects.get(pk=item.pk)
    stretched = item.passphrase.stretched if item.passphrase else b""
    content_key = keys.content_key(
        item.place,
        link_key=link_key,
        server_share=item.server_share,
        wrapped_key=bytes(item.wrapped_key),
        stretched=stretched,
    )
    return keys.open_part(item.place, content_key=content_key, name="text", sealed=bytes(item.text))


@pytest.mark.parametrize("with_passphrase", [False, True])
def test_the_new_link_opens_the_message_and_the_former_nothing(item, ada, nurse, with_passphrase):
    if with_passphrase:
        passphrases.agree(ada, "blue heron seven stones", actor=nurse)
        item = make_item(ada, text="At 10:20")
    former = left(item)
    _, cookie = visits.prove(item.id, keys.proof(former, item.id), network=HERE)
    reissuing.reissue(item, reason=WHY, actor=nurse)
    event = EscrowEvent.objects.get(item=item, kind="reissued")
    notice = notices.compose(Message.objects.get(cause_id=event.id).cause_id)
    fresh = keys.read_link_key(notice.text.split("#")[1].split()[0])
    assert opened(item, fresh) == b"At 10:20"
    with pytest.raises(keys.WrongKey):
        opened(item, former)
    with pytest.raises(NotOpened):
        visits.prove(item.id, keys.proof(former, item.id), network=HERE)
    with pytest.raises(VisitEnded):
        visits.resume(item.id, cookie)
    escrow.settle_notice(event.id, accepted=True)
    assert EscrowItem.objects.get(pk=item.pk).notice_link_key is None
    assert AuditEvent.objects.get(action="portal.link_reissued").detail == {"reason": WHY}


def test_a_former_notice_that_leaves_late_takes_no_key_from_the_new_one(item, nurse):
    reissuing.reissue(item, reason=WHY, actor=nurse)
    reissued = EscrowEvent.objects.get(item=item, kind="reissued")
    escrow.settle_notice(item.id, accepted=True)
    fresh = keys.read_link_key(notices.compose(reissued.id).text.split("#")[1].split()[0])
    assert opened(item, fresh) == b"At 10:20"
    escrow.settle_notice(reissued.id, accepted=True)
    assert EscrowItem.objects.get(pk=item.pk).notice_link_key is None


def test_whoever_was_locked_out_may_try_anew(item, nurse):
    left(item)
    EscrowEvent.objects.bulk_create([EscrowEvent(item=item, kind="refused") for _ in range(10)])
    with pytest.raises(Locked):
        answers.refuse_if_locked(item)
    reissuing.reissue(item, reason=WHY, actor=nurse)
    answers.refuse_if_locked(EscrowItem.objects.get(pk=item.pk))


def test_a_new_link_also_ends_a_lock_over_all_messages_of_the_person(ada, item, nurse):
    other = make_item(ada)
    left(item)
    for each in (item, other):
        refused = [EscrowEvent(item=each, kind="refused") for _ in range(10)]
        EscrowEvent.objects.bulk_create(refused)
    reissuing.reissue(item, reason=WHY, actor=nurse)
    answers.refuse_if_locked(EscrowItem.objects.get(pk=item.pk))
    with pytest.raises(Locked):  # its own ten still count
        answers.refuse_if_locked(EscrowItem.objects.get(pk=other.pk))


def test_nothing_is_kept_for_it_unless_the_policy_says_so(ada, nurse):
    item = make_item(ada)
    assert item.archive_key is None
    with pytest.raises(NotReissued, match="Send the message again"):
        reissuing.reissue(item, reason=WHY, actor=nurse)
    assert not EscrowEvent.objects.filter(kind="reissued").exists()


def test_a_reason_and_an_open_message_are_needed(item, nurse):
    with pytest.raises(NotReissued, match="few words"):
        reissuing.reissue(item, reason=" ", actor=nurse)
    escrow.revoke(item, actor=nurse)
    with pytest.raises(NotReissued, match="no longer"):
        reissuing.reissue(item, reason=WHY, actor=nurse)
    assert not EscrowEvent.objects.filter(kind="reissued").exists()


@pytest.mark.parametrize("close", [escrow.revoke, "expire"])
def test_nothing_that_is_stored_opens_it_once_it_is_closed(item, nurse, close):
    """Every key that the database still holds, in every place of every key."""
    content_key, sealed = item.archive_key, bytes(item.text)
    place = item.place
    if close == "expire":
        escrow.shred(item, EscrowItem.Status.EXPIRED)
    else:
        close(item, actor=nurse)
    closed = EscrowItem.objects.get(pk=item.pk)
    kept = [getattr(closed, column) for column in escrow.SECRETS]
    assert kept == [None] * len(escrow.SECRETS)
    rests = columns_of(closed)
    assert content_key.hex().encode() not in rests
    assert sealed.hex().encode() not in rests
    candidates = [bytes(value) for value in vars(closed).values() if isinstance(value, bytes)]
    for key in candidates:
        with pytest.raises(keys.WrongKey):
            keys.open_part(place, content_key=key.ljust(32)[:32], name="text", sealed=sealed)
    assert keys.open_part(place, content_key=content_key, name="text", sealed=sealed)  # control
