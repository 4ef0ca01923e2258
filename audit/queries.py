"""Reads of the tree: proofs for one event or one earlier checkpoint, and events in their places by pages."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Min

from audit import merkle, notes, subtrees
from audit.models import AuditEvent, Checkpoint, Disposal, Leaf, PendingLeaf, SigningKey
from audit.subtrees import TreeDamaged
from tenancy.scope import platform_scope

PAGE = 2_000
MISLED = "The stored tree does not lead to its signed root. Let the log be checked."
SHORTER = "The log is shorter than that checkpoint says. Let the log be checked."
FORGED = "A checkpoint is not as we signed it. Let the log be checked."
# Disposals whose order is in the log.
ORDERED = (Disposal.Status.ORDERED, Disposal.Status.STOPPED, Disposal.Status.DONE)


class Placed(NamedTuple):
    """An event and its place; None for one that is in the table and not in the tree."""

    seq: int | None
    event: AuditEvent


class Proof(NamedTuple):
    """Hashes for an outsider, with the signed checkpoint that they lead to."""

    seq: int
    hashes: list[bytes]
    checkpoint: Checkpoint


def newest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-size", "-signed_at").first()


def waiting_since() -> datetime | None:
    """When the oldest event was recorded that has no place in the tree yet."""
    oldest: datetime | None = PendingLeaf.objects.aggregate(at=Min("recorded_at"))["at"]
    return oldest


def leaf_hashes(size: int, *, first: int = 0) -> Iterator[bytes]:
    """The leaves of a tree of `size`, in order, from place `first` on."""
    after = first - 1
    while page := list(
        Leaf.objects.filter(seq__gt=after, seq__lt=size)
        .order_by("seq")
        .values_list("seq", "hash")[: PAGE * 10]
    ):
        yield from (bytes(value) for _, value in page)
        after = page[-1][0]


def inclusion(event_id: UUID) -> Proof | None:
    """That the newest checkpoint holds the event; None while it waits for its place or a signature.

    Not for an open transaction. Raises TreeDamaged if it would not lead to the signed root.
    """
    leaf, checkpoint = Leaf.objects.filter(pk=event_id).first(), newest_checkpoint()
    if leaf is None or checkpoint is None or leaf.seq >= checkpoint.size:
        return None
    root, size = _signed_root(checkpoint), checkpoint.size
    hashes = subtrees.roots(merkle.inclusion_path(size, leaf.seq))
    try:
        merkle.check_inclusion(bytes(leaf.hash), index=leaf.seq, size=size, proof=hashes, root=root)
    except merkle.ProofInvalid as error:
        raise TreeDamaged(MISLED) from error
    return Proof(leaf.seq, hashes, checkpoint)


def consistency(old: notes.Checkpoint) -> Proof:
    """That the newest checkpoint continues one of before, as whoever keeps that one knows it.

    Not for an open transaction. Raises TreeDamaged if it would not join the two roots.
    """
    checkpoint = newest_checkpoint()
    if checkpoint is None or not 0 < old.size <= checkpoint.size:
        raise TreeDamaged(SHORTER)
    root, size = _signed_root(checkpoint), checkpoint.size
    hashes = subtrees.roots(merkle.consistency_path(size, old.size))
    sizes = {"old_size": old.size, "size": size}
    try:
        merkle.check_consistency(**sizes, old_root=old.root, root=root, proof=hashes)
    except merkle.ProofInvalid as error:
        raise TreeDamaged(MISLED) from error
    return Proof(old.size, hashes, checkpoint)


def _signed_root(checkpoint: Checkpoint) -> bytes:
    """The root in the note, which a key of ours has signed: a column alone says nothing. Raises TreeDamaged."""
    key = bytes(checkpoint.public_key)
    with platform_scope():
        is_ours = SigningKey.objects.filter(public_key=key).exists()
    try:
        signed = notes.open_note(checkpoint.note, key)
    except notes.NoteInvalid as error:
        raise TreeDamaged(FORGED) from error
    if not is_ours or signed.size != checkpoint.size:
        raise TreeDamaged(FORGED)
    return signed.root


def places_between(begin: datetime, end: datetime) -> tuple[int, int] | None:
    """The places that hold every event of this time: the first, and the one after the last."""
    within = AuditEvent.objects.filter(recorded_at__gte=begin, recorded_at__lt=end)
    found = Leaf.objects.filter(pk__in=within.values("pk")).aggregate(Min("seq"), Max("seq"))
    return None if found["seq__min"] is None else (found["seq__min"], found["seq__max"] + 1)


def placed_events(first: int, end: int) -> Iterator[Placed]:
    """Events with a place in this range, in order. One that is gone leaves a gap."""
    after = first - 1
    while page := list(
        Leaf.objects.filter(seq__gt=after, seq__lt=end)
        .order_by("seq")
        .values_list("seq", "id")[:PAGE]
    ):
        events = AuditEvent.objects.in_bulk([event_id for _, event_id in page])
        yield from (Placed(seq, events[key]) for seq, key in page if key in events)
        after = page[-1][0]


def unplaced_events() -> Iterator[Placed]:
    """Events that are neither in the tree nor on their way there: nobody but a superuser makes them."""
    known = AuditEvent.objects.exclude(pk__in=Leaf.objects.values("pk"))
    for event in known.exclude(pk__in=PendingLeaf.objects.values("pk")).order_by("recorded_at"):
        yield Placed(None, event)


def disposed_until() -> int:
    """Everything before this place has been ordered to go."""
    given = Disposal.objects.filter(status__in=ORDERED)
    until: int | None = given.aggregate(until=Max("end"))["until"]
    return until or 0


def orders() -> list[Placed]:
    """The orders of disposals, in their places. One that somebody removed is not among them."""
    given = Disposal.objects.filter(status__in=ORDERED).values_list("event_id", flat=True)
    ids = [event_id for event_id in given if event_id]
    events = AuditEvent.objects.in_bulk(ids)
    places = Leaf.objects.filter(pk__in=ids).order_by("seq").values_list("seq", "pk")
    return [Placed(seq, events[key]) for seq, key in places if key in events]
