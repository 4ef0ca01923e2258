"""The evidence export: events, tree, checkpoints and the verifier that checks them offline, as one zip.

Made in pages and streamed: neither the service nor its reader holds all of it at once.
"""

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models.functions import TruncDate

from audit import formats, leaf, notes, queries, sequencing, services, signing
from audit.models import Anchor, AuditEvent, Checkpoint, SigningKey
from audit.queries import Placed
from audit.services import Actor, Touched
from audit.sinks import UNDATED, Sink
from audit.verifier import FORMAT
from tenancy import clock
from tenancy.keyring import SealBroken
from tenancy.scope import current_tenant_id, platform_scope

VERIFIER = Path(__file__).with_name("verifier.py")
# Handed on at once: a piece for each line would cost more than the line.
PIECE = 256 * 1024


class Start(NamedTuple):
    """Where the leaves begin, and the roots of the complete subtrees over everything before: with them
    the leaves lead to the checkpoint, as with all of them.
    """

    size: int
    frontier: tuple[bytes, ...]


@dataclass
class Progress:
    """How many events have been written."""

    events: int = 0


@dataclass(frozen=True)
class Signers:
    """The key that signs the manifest, and the public ones that may have signed checkpoints."""

    key: Ed25519PrivateKey
    keys: tuple[bytes, ...]


@dataclass(frozen=True)
class Evidence:
    """What is exported: places `first` up to `end` of the tree as `checkpoint` signed it."""

    first: int
    end: int
    with_details: bool
    checkpoint: Checkpoint
    signers: Signers
    # For an archive of a part; what is exported otherwise has every leaf.
    start: Start | None = None
    progress: Progress = field(default_factory=Progress)

    @property
    def since(self) -> int:
        return self.start.size if self.start else 0

    def stream(self) -> Iterator[bytes]:
        """The zip. For the scope of the tenant."""
        sink, digests = Sink(), {}
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, lines in (_ARCHIVED if self.start else _FILES).items():
                digest = hashlib.sha256()
                with archive.open(_undated(name), "w", force_zip64=True) as file:
                    for line in lines(self):
                        file.write(line)
                        digest.update(line)
                        if sink.size >= PIECE:
                            yield sink.take()
                digests[name] = digest.hexdigest()
            manifest = json.dumps(self._manifest(digests), indent=1).encode()
            signature = base64.b64encode(self.signers.key.sign(manifest)) + b"\n"
            archive.writestr(_undated("manifest.json"), manifest)
            archive.writestr(_undated("manifest.sig"), signature)
        yield sink.take()

    def _manifest(self, digests: dict[str, str]) -> dict[str, object]:
        origin = sequencing.origin(current_tenant_id())
        public = self.signers.key.public_key().public_bytes_raw()
        return {
            "format": FORMAT,
            "origin": origin,
            "tenant": str(current_tenant_id()),
            "size": self.checkpoint.size,
            "first": self.first,
            "end": self.end,
            "start": self.since,
            "frontier": [value.hex() for value in self.start.frontier] if self.start else [],
            "exported_at": leaf.timestamp(clock.now()),
            "key": notes.verifier_key(origin, public),
            "keys": [notes.verifier_key(origin, key) for key in self.signers.keys],
            "files": digests,
        }


def prepare(
    *, actor: Actor, with_details: bool, first: int = 0, end: int | None = None
) -> Evidence:
    """Evidence of everything that is committed now, this export included, or of a range of places.

    Sealed details go along only `with_details`; without them the rest can be checked all the same. Not for
    an open transaction: what is not committed has no place.
    """
    touched = Touched(classes=("evidence",))
    services.record_reading("audit.exported", actor=actor, touched=touched, details=with_details)
    sequencing.catch_up()
    checkpoint = Checkpoint.objects.latest("size", "signed_at")
    last = checkpoint.size if end is None else min(end, checkpoint.size)
    return Evidence(min(first, last), last, with_details, checkpoint, signers())


def of_ended() -> Evidence:
    """Evidence of all that a destroyed workspace left: no key opens details, and no event can be added."""
    checkpoint = Checkpoint.objects.latest("size", "signed_at")
    return Evidence(0, checkpoint.size, False, checkpoint, signers())


def signers() -> Signers:
    """Not for an open transaction."""
    with platform_scope():
        key = signing.current()
        rows = SigningKey.objects.order_by("number")
        return Signers(key, tuple(bytes(row.public_key) for row in rows))


def _leaves(of: Evidence) -> Iterator[bytes]:
    hashes = queries.leaf_hashes(of.checkpoint.size, first=of.since)
    return (f"{value.hex()}\n".encode() for value in hashes)


def _checkpoints(of: Evidence) -> Iterator[bytes]:
    """The last of each day, and the newest."""
    origin = sequencing.origin(current_tenant_id())
    known = Checkpoint.objects.filter(size__lte=of.checkpoint.size, size__gte=of.since)
    daily = known.annotate(day=TruncDate("signed_at")).order_by("day", "-size", "-signed_at")
    for kept in sorted(daily.distinct("day"), key=lambda each: each.size):
        key = notes.verifier_key(origin, bytes(kept.public_key))
        yield _line({"size": kept.size, "note": kept.note, "key": key})


def _anchors(of: Evidence) -> Iterator[bytes]:
    """What left for places outside, newest last; the verifier holds the tree against each."""
    left = Anchor.objects.filter(problem="", size__gte=of.since)
    if of.start:
        left = left.filter(size__lte=of.checkpoint.size)
    for anchor in left.order_by("anchored_at"):
        at = leaf.timestamp(anchor.anchored_at)
        yield _line({"way": anchor.way, "at": at, "note": anchor.note})


def _orders(_: Evidence) -> Iterator[bytes]:
    """Why events may be missing; the verifier asks for an order for each."""
    for placed in queries.orders():
        yield _line(told(placed, with_details=False))


def _events(of: Evidence) -> Iterator[bytes]:
    for placed in _placed(of):
        of.progress.events += 1
        yield _line(told(placed, with_details=of.with_details))


def _cef(of: Evidence) -> Iterator[bytes]:
    for seq, event in _placed(of):
        yield f"{formats.cef(event.facts, seq=seq or 0)}\n".encode()


def _fhir(of: Evidence) -> Iterator[bytes]:
    for _, event in _placed(of):
        yield _line(formats.fhir(event.facts))


def _placed(of: Evidence) -> Iterator[Placed]:
    yield from queries.placed_events(of.first, of.end)
    if not of.start:
        yield from queries.unplaced_events()


def _verifier(_: Evidence) -> Iterable[bytes]:
    return [VERIFIER.read_bytes()]


_FILES: dict[str, Callable[[Evidence], Iterable[bytes]]] = {
    "leaves.txt": _leaves,
    "checkpoints.jsonl": _checkpoints,
    "anchors.jsonl": _anchors,
    "orders.jsonl": _orders,
    "events.jsonl": _events,
    "events.cef": _cef,
    "events.fhir.ndjson": _fhir,
    "verifier.py": _verifier,
}
# The forms of other systems are for those who take evidence now; an archive is for years, and of a time when
# its events were there.
_ARCHIVED = {
    name: lines
    for name, lines in _FILES.items()
    if name not in ("events.cef", "events.fhir.ndjson", "orders.jsonl")
}


def told(placed: Placed, *, with_details: bool) -> dict[str, object]:
    """An event as its row says it, beside the leaf that it was hashed as."""
    event = placed.event
    row: dict[str, object] = {
        "seq": placed.seq,
        "leaf": bytes(event.leaf).decode(errors="replace"),
        "row": {
            "id": str(event.id),
            "action": event.action,
            "outcome": event.outcome,
            "actor_kind": event.actor_kind,
            "actor_id": event.actor_id,
            "actor_name": event.actor_name,
            "object_type": event.object_type,
            "object_id": event.object_id,
            "recorded_at": leaf.timestamp(event.recorded_at),
        },
    }
    return row | (_opened(event) if with_details else {})


def _opened(event: AuditEvent) -> dict[str, object]:
    """What a superuser did to sealed values is for the verifier to say, not for the export to fail at."""
    try:
        salt, detail = event.salt, leaf.detail_bytes(event.detail).decode()
    except SealBroken:
        return {"broken": True}
    return {"detail": detail, **({"salt": salt.hex()} if salt else {})}


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _undated(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, UNDATED)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
