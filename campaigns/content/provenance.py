"""Where PHI comes into a message: by the classes of the fields that it uses."""

from collections.abc import Iterable

from campaigns.merge.fields import PHI_CLASSES, Schema
from compliance.facts import Sensitivity
from compliance.purposes import Purpose

# Wordings that say nothing about care, offered where a subject or preheader did.
SAFE_SUBJECTS = {
    Purpose.TREATMENT: "A message from {{ organization }}",
    Purpose.APPOINTMENT: "A reminder from {{ organization }}",
    Purpose.CARE_GAP: "Something to plan with {{ organization }}",
    Purpose.PAYMENT: "A statement from {{ organization }}",
    Purpose.OPERATIONS: "News from {{ organization }}",
    Purpose.REFILL: "A reminder from {{ organization }}",
    Purpose.MARKETING: "News from {{ organization }}",
    Purpose.REMUNERATED: "News from {{ organization }}",
    Purpose.FUNDRAISING: "A request from {{ organization }}",
    Purpose.PART2: "A message from {{ organization }}",
}


def sensitivity(keys: Iterable[str], schema: Schema) -> Sensitivity:
    """The sensitivity of a message that uses these fields. The send gate may raise it further."""
    ranks = (PHI_CLASSES.index(schema[key].phi_class) for key in keys)
    return Sensitivity(max(ranks, default=0))


def protected(keys: Iterable[str], schema: Schema) -> list[str]:
    """Those of the fields that say anything about a patient, if only who it is."""
    return sorted(key for key in keys if schema[key].is_protected)
