"""What the page of the log's integrity says: the tree, its last signature, and copies outside."""

import json
from dataclasses import dataclass

from audit import checking, merkle, notes, queries, sequencing
from audit.models import Anchor, AuditEvent, Checkpoint, Leaf, PendingLeaf, Tree
from audit.subtrees import TreeDamaged
from tenancy.fetch import SENTENCES
from tenancy.models import Job
from tenancy.scope import current_tenant_id

LISTED = 10
_PROBLEMS: dict[str, str] = {
    "nobody_to_mail": "No compliance officer could be mailed.",
    "refused": "The address may not be called.",
    **{failure.value: sentence for failure, sentence in SENTENCES.items()},
}


@dataclass(frozen=True)
class State:
    size: int
    waiting: int
    root: str
    checkpoint: Checkpoint | None
    key: str
    anchors: list[Anchor]
    last_outside: Anchor | None
    job: Job | None


def state() -> State:
    tree, checkpoint = Tree.objects.first(), queries.newest_checkpoint()
    anchors = Anchor.objects.order_by("-anchored_at")
    return State(
        size=tree.size if tree else 0,
        waiting=PendingLeaf.objects.count(),
        root=bytes(tree.root).hex() if tree else "",
        checkpoint=checkpoint,
        key=_key(checkpoint) if checkpoint else "",
        anchors=list(anchors[:LISTED]),
        last_outside=anchors.filter(problem="").first(),
        job=checking.last_job(),
    )


def proof_of(event: AuditEvent) -> bytes:
    """Everything that an outsider needs to see that the event is under a signed root, as JSON.

    Not for an open transaction: what is not committed has no place. Raises TreeDamaged.
    """
    sequencing.catch_up()
    found = queries.inclusion(event.pk)
    if found is None:
        raise LookupError("an event that is committed has a place once everything has caught up")
    leaf, sealed = bytes(event.leaf), bytes(Leaf.objects.get(pk=event.pk).hash)
    if merkle.leaf_hash(leaf) != sealed:
        raise TreeDamaged("This event is not as it was sealed. Let the log be checked.")
    told = {
        "event": str(event.pk),
        "leaf": leaf.decode(errors="replace"),
        "leaf_hash": sealed.hex(),
        "index": found.seq,
        "size": found.checkpoint.size,
        "proof": [value.hex() for value in found.hashes],
        "checkpoint": found.checkpoint.note,
        "key": _key(found.checkpoint),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def growth_since(anchor: Anchor) -> bytes:
    """Everything that an outsider needs to see that the log continues a copy of before, as JSON.

    Not for an open transaction. Raises TreeDamaged.
    """
    sequencing.catch_up()
    try:
        old, _ = notes.parse(anchor.note)
    except notes.NoteInvalid as error:
        raise TreeDamaged("This copy is not as it left. Let the log be checked.") from error
    found = queries.consistency(old)
    told = {
        "old_size": old.size,
        "old_checkpoint": anchor.note,
        "size": found.checkpoint.size,
        "proof": [value.hex() for value in found.hashes],
        "checkpoint": found.checkpoint.note,
        "key": _key(found.checkpoint),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def why_not_outside(anchor: Anchor) -> str:
    """Why a checkpoint did not get there, in a sentence; empty if it did."""
    status = anchor.problem.removeprefix("status_")
    if status != anchor.problem:
        return f"The system answered with status {status} in place of taking it."
    return _PROBLEMS[anchor.problem] if anchor.problem else ""


def _key(checkpoint: Checkpoint) -> str:
    return notes.verifier_key(sequencing.origin(current_tenant_id()), bytes(checkpoint.public_key))
