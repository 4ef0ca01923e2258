"""What can be known about a person: the identity that all have, and the tenant's attributes."""

from dataclasses import dataclass

from django.db import models


class Kind(models.TextChoices):
    """How a value is stored in the sealed JSON; a date as ISO 8601."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    BOOLEAN = "boolean", "Yes or no"
    CHOICE = "choice", "One of a list"
    EMAIL = "email", "Email address"


class PhiClass(models.TextChoices):
    """How carefully a value is shown and sent; each step includes the rules of the one before."""

    NONE = "none", "No PHI"
    LIMITED = "limited", "Limited PHI"
    PHI = "phi", "PHI"
    SPECIAL = "special", "Special PHI"


Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Field:
    """One thing known about a person, and how to read and protect it."""

    key: str
    label: str
    kind: str
    phi_class: str
    choices: tuple[str, ...] = ()


IDENTITY = (
    Field("external_id", "Record number", "record_number", PhiClass.LIMITED),
    Field("given_name", "Given name", "name", PhiClass.LIMITED),
    Field("family_name", "Family name", "name", PhiClass.LIMITED),
    Field("email", "Email", "email", PhiClass.LIMITED),
    Field("phone", "Phone", "phone", PhiClass.LIMITED),
    Field("birth_date", "Date of birth", "birth_date", PhiClass.LIMITED),
    Field("language", "Language", "language", PhiClass.NONE),
)

STANDING = (
    Field("is_patient", "Is a patient", Kind.BOOLEAN, PhiClass.LIMITED),
    Field("deceased_at", "Date of death", "death_date", PhiClass.LIMITED),
)

BUILT_IN_KEYS = frozenset(field.key for field in (*IDENTITY, *STANDING))
