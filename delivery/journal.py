"""Which dots a worker wrote and what servers answered, on its own disk until the database has it.

One file a lease: a line with the id before each dot, and one sealed line an answer, written before
anything else happens to it. It outlives kill -9 without a sync. Its worker holds a lock on it for as
long as it lives, so who gets the lock knows that nothing will be added; a file of an earlier boot of
the machine may have lost its end.
"""

import os
import re
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from delivery.wire.door import Envelope, Outcome, Result
from delivery.wire.levels import Evidence, Level, PolicyType
from delivery.wire.reply import Finding, Reply
from delivery.wire.session import Stage
from tenancy.keyring import SealBroken, current_keys
from tenancy.scope import current_tenant_id

PLACE = {"table": "delivery_journal", "column": "answer"}
ID_LENGTH = 32
_ID = re.compile(rb"[0-9a-f]{32}")
_LINE = re.compile(rb"[0-9a-f]{32}(?:[A-Za-z0-9+/]+=*)?\Z")


class JournalBroken(OSError):
    """The disk did not take a whole line: what comes after it could not be read."""


class Journal:
    """What one lease brings; use as a context. Threads may write to it side by side."""

    def __init__(self, token: UUID) -> None:
        self._keys = current_keys()
        self._path = _folder() / str(token)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        flock(self._file, LOCK_EX)
        self._one_at_a_time = Lock()
        self._is_broken = False
        self._append(_boot())

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def announce(self, message: UUID) -> None:
        """Say that its dot follows. Raises OSError, and then it must not."""
        self._append(message.hex.encode())

    def note(self, envelope: Envelope, outcome: Outcome) -> None:
        """Write the answer down; from here on it is known even if this process dies."""
        sealed = self._keys.seal(_pack(envelope, outcome), row=envelope.id, **PLACE)
        self._append(envelope.id.hex.encode() + b2a_base64(sealed, newline=False))

    def discard(self) -> None:
        """The database has all of it."""
        self._path.unlink(missing_ok=True)

    def _append(self, line: bytes) -> None:
        with self._one_at_a_time:
            if self._is_broken:
                raise JournalBroken("An earlier line of the journal is torn.")
            self._is_broken = True
            if os.write(self._file, line + b"\n") <= len(line):
                raise JournalBroken("The disk took half a line of the journal.")
            self._is_broken = False


@dataclass(frozen=True)
class Account:
    """What a journal tells. `is_whole` if its worker is gone and wrote nothing else."""

    is_whole: bool = False
    announced: frozenset[UUID] = frozenset()
    # Per message: the address as the server heard it, and the outcome.
    answers: dict[UUID, tuple[str, Outcome]] = field(default_factory=dict)


def tokens() -> list[UUID]:
    """Leases of the tenant whose workers on this machine left answers, or still write them."""
    folder = _folder()
    return [UUID(path.name) for path in sorted(folder.iterdir())] if folder.is_dir() else []


def read(token: UUID) -> Account:
    """What the worker of this lease left. A line that was not finished says nothing.

    A damaged line is skipped, and then nothing follows from what is not said; a journal that somebody
    else has recorded and discarded meanwhile tells nothing.
    """
    try:
        with (_folder() / str(token)).open("rb") as file:
            is_left = _is_left(file.fileno())
            boot, *lines = file.read().split(b"\n")[:-1] or [b""]
    except FileNotFoundError:
        return Account()
    is_sound = is_left and boot == _boot() and all(map(_LINE.match, lines))
    return Account(
        is_sound,
        frozenset(UUID(line.decode()) for line in lines if _ID.fullmatch(line)),
        dict(_answers(line for line in lines if len(line) > ID_LENGTH)),
    )


def discard(token: UUID) -> None:
    """Forget a lease whose messages are all recorded."""
    (_folder() / str(token)).unlink(missing_ok=True)
    with suppress(OSError):  # another lease has begun meanwhile
        _folder().rmdir()


def _folder() -> Path:
    return Path(settings.DELIVERY_JOURNAL_DIR) / str(current_tenant_id())


def _is_left(file: int) -> bool:
    """Whether the worker is gone that held the lock."""
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _boot() -> bytes:
    """What the machine calls the time since it was started."""
    return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()


def _answers(lines: Iterable[bytes]) -> Iterator[tuple[UUID, tuple[str, Outcome]]]:
    """What another release wrote in other words is not understood, and its message uncertain."""
    keys = current_keys()
    for line in lines:
        with suppress(SealBroken, NotBase64, ValueError, KeyError, TypeError):
            message = UUID(line[:ID_LENGTH].decode())
            yield message, _unpack(keys.unseal(a2b_base64(line[ID_LENGTH:]), row=message, **PLACE))


def _pack(envelope: Envelope, outcome: Outcome) -> bytes:
    """The failures of other hosts are left out: they are found again where they matter."""
    evidence, reply = outcome.evidence, outcome.reply
    return orjson.dumps(
        {
            "to": envelope.rcpt_to,
            "result": outcome.result,
            "stage": outcome.stage,
            "reply": list(reply),
            "is_finding": isinstance(reply, Finding),
            "host": outcome.host,
            "address": outcome.address,
            "evidence": evidence,
        }
    )


def _unpack(line: bytes) -> tuple[str, Outcome]:
    entry: dict[str, Any] = orjson.loads(line)
    evidence = entry["evidence"]
    not_after = evidence["not_after"]
    reply = (Finding if entry["is_finding"] else Reply)(*entry["reply"])
    return entry["to"], Outcome(
        Result(entry["result"]),
        Stage(entry["stage"]),
        reply,
        entry["host"],
        entry["address"],
        Evidence(
            **evidence
            | {
                "level": Level(evidence["level"]),
                "policy": PolicyType(evidence.get("policy", PolicyType.NONE)),
                "names": tuple(evidence["names"]),
                "not_after": datetime.fromisoformat(not_after) if not_after else None,
            }
        ),
    )
