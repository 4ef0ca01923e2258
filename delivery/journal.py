"""What mail servers answered, kept on the worker's own disk until the database has it.

One file a lease, one sealed line an answer, written before anything else happens to it. It outlives
kill -9 without a sync; if the machine goes too, its messages are `uncertain`, which is the safe side.
"""

import os
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from delivery.wire.door import Envelope, Outcome, Result
from delivery.wire.levels import Evidence, Level
from delivery.wire.reply import Finding, Reply
from delivery.wire.session import Stage
from tenancy.keyring import SealBroken, current_keys
from tenancy.scope import current_tenant_id

PLACE = {"table": "delivery_journal", "column": "answer"}


class Journal:
    """The answers that one lease brings. Threads may write to it side by side."""

    def __init__(self, token: UUID) -> None:
        self._keys = current_keys()
        self._path = _folder() / str(token)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, envelope: Envelope, outcome: Outcome) -> None:
        """Write the answer down; from here on it is known even if this process dies."""
        sealed = self._keys.seal(_pack(envelope, outcome), row=envelope.id, **PLACE)
        os.write(self._file, envelope.id.bytes.hex().encode() + b2a_base64(sealed))

    def close(self, *, done: bool) -> None:
        """With `done`, the database has all of it."""
        os.close(self._file)
        if done:
            self._path.unlink(missing_ok=True)


def tokens() -> list[UUID]:
    """Leases of the tenant whose workers on this machine left answers, or still write them."""
    folder = _folder()
    return [UUID(path.name) for path in sorted(folder.iterdir())] if folder.is_dir() else []


def read(token: UUID) -> dict[UUID, tuple[str, Outcome]]:
    """Per message: the address as the server heard it, and the outcome. A torn line is no answer."""
    return dict(_entries((_folder() / str(token)).read_bytes().splitlines(keepends=True)))


def discard(token: UUID) -> None:
    """Forget a lease whose messages are all recorded."""
    (_folder() / str(token)).unlink(missing_ok=True)
    with suppress(OSError):  # another lease has begun meanwhile
        _folder().rmdir()


def _folder() -> Path:
    return Path(settings.DELIVERY_JOURNAL_DIR) / str(current_tenant_id())


def _entries(lines: list[bytes]) -> Iterator[tuple[UUID, tuple[str, Outcome]]]:
    keys = current_keys()
    for line in lines:
        if not line.endswith(b"\n"):
            continue
        with suppress(SealBroken, NotBase64, ValueError):
            message = UUID(line[:32].decode())
            yield message, _unpack(keys.unseal(a2b_base64(line[32:]), row=message, **PLACE))


def _pack(envelope: Envelope, outcome: Outcome) -> bytes:
    """The failures of other hosts are left out: an announced message had found its host."""
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
                "names": tuple(evidence["names"]),
                "not_after": datetime.fromisoformat(not_after) if not_after else None,
            }
        ),
    )
