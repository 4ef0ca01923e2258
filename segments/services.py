"""What is done to segments. The rule is checked against the contact schema on every write."""

from collections.abc import Mapping

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from segments import queries
from segments.models import Segment
from segments.parsing import parse
from tenancy import clock
from tenancy.errors import DomainError

LONGEST_NAME = 120


class SegmentNotNamed(DomainError):
    """The name is empty or too long."""


class SegmentChanged(DomainError):
    """Somebody else saved the segment since it was opened."""


class SegmentArchived(DomainError):
    """An archived segment is not changed."""


@transaction.atomic
def create(*, name: str, rule: Mapping[str, object], actor: Actor) -> Segment:
    """A new segment. Raises SegmentNotNamed and RuleInvalid."""
    segment = Segment(name=_checked_name(name), rule=rule)
    parse(rule, queries.schema())
    segment.save(force_insert=True)
    audit.record("segment.created", actor=actor, on=segment)
    return segment


@transaction.atomic
def update(
    segment: Segment, *, name: str, rule: Mapping[str, object], version: int, actor: Actor
) -> Segment:
    """Store a new name or rule over the version that the author had before them.

    Raises SegmentChanged if that is no longer the current one, SegmentArchived, SegmentNotNamed and
    RuleInvalid. Saving what is stored already changes nothing.
    """
    name = _checked_name(name)
    parse(rule, queries.schema())
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    if segment.is_archived:
        raise SegmentArchived("This segment is archived. Restore it first.")
    if segment.version != version:
        raise SegmentChanged(
            "Somebody else saved this segment while you were editing. Compare with the saved "
            "version, or save yours as a new segment."
        )
    changed = [
        key for key, value in (("name", name), ("rule", rule)) if getattr(segment, key) != value
    ]
    if not changed:
        return segment
    segment.name, segment.rule = name, dict(rule)
    segment.version += 1
    segment.changed_at = clock.now()
    segment.people = segment.counted_at = None
    segment.save(update_fields=["name", "rule", "version", "changed_at", "people", "counted_at"])
    audit.record(
        "segment.changed", actor=actor, on=segment, version=segment.version, fields=changed
    )
    return segment


@transaction.atomic
def duplicate(segment: Segment, *, actor: Actor) -> Segment:
    """A new segment with the same rule, also of one whose fields are gone from the schema."""
    name = f"{segment.name} (copy)"[:LONGEST_NAME]
    copy = Segment.objects.create(name=name, rule=segment.rule)
    audit.record("segment.created", actor=actor, on=copy, copied_from=str(segment.pk))
    return copy


@transaction.atomic
def archive(segment: Segment, *, actor: Actor) -> Segment:
    """Take the segment out of lists and choices. Campaigns that use it keep it. Repeat-safe."""
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    if segment.is_archived:
        return segment
    segment.archived_at = clock.now()
    segment.save(update_fields=["archived_at"])
    audit.record("segment.archived", actor=actor, on=segment)
    return segment


@transaction.atomic
def restore(segment: Segment, *, actor: Actor) -> Segment:
    """Undo `archive`. Repeat-safe."""
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    if not segment.is_archived:
        return segment
    segment.archived_at = None
    segment.save(update_fields=["archived_at"])
    audit.record("segment.restored", actor=actor, on=segment)
    return segment


def count_all() -> None:
    """Count the people of every segment in one pass, for the list."""
    segments = list(Segment.objects.filter(archived_at__isnull=True))
    for segment, people in zip(segments, queries.count_each(segments), strict=True):
        if people is not None:
            store_count(segment, people=people)


def store_count(segment: Segment, *, people: int) -> None:
    """Keep a count for the lists, unless the rule has changed while it was made."""
    Segment.objects.filter(pk=segment.pk, version=segment.version).update(
        people=people, counted_at=clock.now()
    )


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise SegmentNotNamed("Give the segment a name.")
    if len(name) > LONGEST_NAME:
        raise SegmentNotNamed(f"Shorten the name to {LONGEST_NAME} characters.")
    return name
