"""Reads: which legal holds are in force, and what they keep."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from compliance.aging import Held
from compliance.lifecycle import Subject
from compliance.models import LegalHold

WORKSPACE = LegalHold.Subject.WORKSPACE


def in_force() -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(released_at__isnull=True).order_by("-placed_at")


def released() -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(released_at__isnull=False).order_by("-released_at")


def held() -> Held:
    """What nobody may remove now; every way to remove rows asks here first."""
    ids: dict[str, list[UUID]] = {subject.value: [] for subject in Subject}
    everything = False
    for subject, subject_id in in_force().values_list("subject", "subject_id"):
        if subject_id is None:
            everything = True
        else:
            ids[subject].append(subject_id)
    found = tuple((subject, tuple(ids[subject.value])) for subject in Subject if ids[subject.value])
    return Held(everything, found)


def hold_on(subject: str, subject_id: UUID) -> LegalHold | None:
    """The hold on this contact or campaign, else that on the whole workspace."""
    holds: Iterable[LegalHold] = in_force().filter(subject__in=[subject, WORKSPACE])
    ours = [hold for hold in holds if hold.subject_id in (subject_id, None)]
    return min(ours, key=lambda hold: hold.subject_id is None, default=None)
