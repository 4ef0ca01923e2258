"""What a worker's journal tells whoever takes back its lease, and when it is not believed."""

import resource
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from delivery import worker
from delivery.journal import PLACE, Account, Journal, JournalBroken, read
from delivery.models import Message, MessageEvent
from delivery.services import announcement, answered, lease, recovery
from delivery.wire.door import Envelope
from delivery.wire.levels import Level
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.keyring import current_keys
from tests.delivery.sending import Drafter, due, send
from tests.delivery.wires import written
from tests.fakes import ACCEPTED, NO_TLS, FakeTransport

Status = Message.Status
LATER = lease.LEASE_LASTS + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.DELIVERY_JOURNAL_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def announced(clinic) -> tuple[lease.Lease, list[Message]]:
    """Three messages in one announced group; one was answered, one may be, one was never begun."""
    for name in ("answered", "begun", "waiting"):
        due(name, mail_class="bulk")
    held = lease.claim(3, stopped=())
    ids = [message.id for message in held.messages]
    announcement.announce(ids, token=held.token, stopped=())
    return held, [Message.objects.get(pk=pk) for pk in ids]


def tell(journal: Journal, messages: list[Message]) -> None:
    answered, begun, _ = messages
    journal.announce(answered.pk)
    journal.note(envelope(answered), ACCEPTED)
    journal.announce(begun.pk)


def envelope(message: Message) -> Envelope:
    return Envelope(message.pk, "b@elm.example", "ada@x.example", Level.T2, lambda: written(b""))


def fates_after_recovery(messages: list[Message]) -> list[str]:
    with clock.at(clock.now() + LATER):
        recovery.recover_expired()
    for message in messages:
        message.refresh_from_db()
    return [message.status for message in messages]


def test_the_journal_of_a_dead_worker_tells_the_three_apart(announced):
    held, messages = announced
    with Journal(held.token) as journal:
        tell(journal, messages)
    assert fates_after_recovery(messages) == [Status.SENT, Status.UNCERTAIN, Status.QUEUED]
    assert [message.attempts for message in messages] == [1, 1, 0]
    kinds = MessageEvent.objects.filter(message__in=messages).values_list("kind", flat=True)
    assert sorted(kinds) == ["accepted", "uncertain"]
    with clock.at(clock.now() + LATER):
        assert send(FakeTransport()) == 1


def test_recovery_says_how_many_are_queued_again_and_how_many_nobody_knows(announced):
    held, messages = announced
    with Journal(held.token) as journal:
        tell(journal, messages)
    with clock.at(clock.now() + LATER):
        assert recovery.recover_expired() == (1, 1)
        assert recovery.recover_expired() == (0, 0)


def test_without_a_journal_whatever_was_announced_is_uncertain(announced):
    _, messages = announced
    assert fates_after_recovery(messages) == [Status.UNCERTAIN] * 3


def test_a_worker_that_lives_may_still_write_so_its_silence_proves_nothing(announced):
    held, messages = announced
    with Journal(held.token) as journal:
        tell(journal, messages)
        found = fates_after_recovery(messages)
    assert found == [Status.SENT, Status.UNCERTAIN, Status.UNCERTAIN]


def test_a_journal_from_before_the_machine_was_started_may_have_lost_its_end(announced):
    held, messages = announced
    with Journal(held.token) as journal:
        tell(journal, messages)
    (path,) = Path(settings.DELIVERY_JOURNAL_DIR).glob("*/*")
    boot, rest = path.read_bytes().split(b"\n", maxsplit=1)
    path.write_bytes(b"0" * len(boot) + b"\n" + rest)
    assert fates_after_recovery(messages) == [Status.SENT, Status.UNCERTAIN, Status.UNCERTAIN]


@pytest.mark.parametrize("damage", [b"z" * 32, b"\0" * 32, b"", b"half"])
def test_a_damaged_line_stops_no_recovery_and_proves_nothing(announced, damage):
    held, messages = announced
    with Journal(held.token) as journal:
        tell(journal, messages)
    (path,) = Path(settings.DELIVERY_JOURNAL_DIR).glob("*/*")
    path.write_bytes(path.read_bytes() + damage + b"\n")
    assert fates_after_recovery(messages) == [Status.SENT, Status.UNCERTAIN, Status.UNCERTAIN]


def test_an_answer_that_somebody_made_up_is_no_answer(announced):
    held, messages = announced
    with Journal(held.token) as journal:
        journal.announce(messages[0].pk)
        journal.note(envelope(messages[1]), ACCEPTED)
    (path,) = Path(settings.DELIVERY_JOURNAL_DIR).glob("*/*")
    lines = path.read_bytes().split(b"\n")
    lines[2] = messages[0].pk.hex.encode() + lines[2][32:]  # the seal is bound to its message
    path.write_bytes(b"\n".join(lines))
    assert fates_after_recovery(messages) == [Status.UNCERTAIN, Status.QUEUED, Status.QUEUED]


def test_a_death_after_no_host_was_safe_stops_no_recovery(announced):
    """The group is announced before its servers are asked, so this one is among the announced."""
    held, messages = announced
    with Journal(held.token) as journal:
        journal.note(envelope(messages[0]), NO_TLS)
        journal.announce(messages[1].pk)
        journal.note(envelope(messages[1]), ACCEPTED)
    assert fates_after_recovery(messages) == [Status.QUEUED, Status.SENT, Status.QUEUED]
    assert [message.attempts for message in messages] == [0, 1, 0]


def test_an_answer_in_the_words_of_another_release_is_unknown(announced):
    held, messages = announced
    sealed = current_keys().seal(b'{"to": "ada@x.example"}', row=messages[0].pk, **PLACE)
    with Journal(held.token) as journal:
        tell(journal, [messages[1], messages[2], messages[0]])
        journal.announce(messages[0].pk)
    (path,) = Path(settings.DELIVERY_JOURNAL_DIR).glob("*/*")
    line = messages[0].pk.hex.encode() + b64encode(sealed)
    path.write_bytes(path.read_bytes() + line + b"\n")
    assert fates_after_recovery(messages) == [Status.UNCERTAIN, Status.SENT, Status.UNCERTAIN]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files of this process can have so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_nothing_is_announced_behind_a_line_that_the_disk_cut_off(announced):
    held, messages = announced
    with Journal(held.token) as journal:
        journal.announce(messages[0].pk)
        (path,) = Path(settings.DELIVERY_JOURNAL_DIR).glob("*/*")
        with room_for(path.stat().st_size + 10), pytest.raises(JournalBroken):
            journal.announce(messages[1].pk)
        with pytest.raises(JournalBroken):
            journal.announce(messages[2].pk)
    assert read(held.token).announced == {messages[0].pk}
    assert fates_after_recovery(messages) == [Status.UNCERTAIN, Status.QUEUED, Status.QUEUED]


def test_a_full_disk_stops_the_hand_over_and_loses_nothing(clinic, folder):
    messages = [due(name) for name in ("ada", "ben")]
    transport = FakeTransport()
    with room_for(40), suppress(OSError):
        send(transport)
    assert transport.handed_over == {}
    assert fates_after_recovery(messages) == [Status.QUEUED, Status.QUEUED]
    with clock.at(clock.now() + LATER):
        send(transport)
    assert sorted(transport.handed_over) == ["ada@x.example", "ben@x.example"]
    assert not list(folder.glob("*/*"))


def test_a_worker_that_could_not_renew_its_lease_hands_over_nothing(clinic):
    message, transport = due("ada"), FakeTransport()
    held = lease.claim(1, stopped=())
    long_ago = time.clock_gettime(time.CLOCK_BOOTTIME) - lease.LEASE_LASTS.total_seconds() * 0.6
    drafters = dict.fromkeys(Message.Cause.values, Drafter())
    worker.Turn(held, drafters, list, Journal(held.token), since=long_ago).run(transport)
    message.refresh_from_db()
    assert (transport.handed_over, message.status, message.attempts) == ({}, Status.QUEUED, 0)


def test_the_messages_of_a_lease_are_found_by_the_index_of_leases(announced):
    held, messages = announced
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert set(answered._held(held.token)) == set(messages)
    assert "message_leased" in answered._held(held.token).explain()


def test_a_journal_that_another_recovery_has_discarded_tells_nothing(clinic):
    assert read(uuid7()) == Account(is_whole=False, announced=frozenset(), answers={})
