"""What a rule can ask about: attributes of the tenant's schema, identity, consent, activity."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contacts import languages


class FieldType(StrEnum):
    """What kind of answer a field holds, and so which operators fit it."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    PRESENCE = "presence"
    CONSENT = "consent"
    ACTIVITY = "activity"


# From least to most sensitive. Membership is PHI from "phi" on.
PHI_CLASSES = ("none", "limited", "phi", "special")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a rule can ask, as `source.name`: `attribute.last_visit`, `consent.marketing`.

    `names` are the words for choices that are stored as codes.
    """

    key: str
    label: str
    type: FieldType
    phi_class: str = "none"
    choices: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def source(self) -> str:
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        return self.key.partition(".")[2]

    def name_of(self, choice: str) -> str:
        return self.names.get(choice, choice)

    @property
    def is_phi(self) -> bool:
        return self.phi_class in ("phi", "special")


Schema = Mapping[str, Field]

IDENTITY_FIELDS = (
    Field("identity.age", "Age", FieldType.NUMBER, "limited"),
    Field("identity.birth_date", "Birthday", FieldType.DATE, "limited"),
    Field(
        "identity.language",
        "Language",
        FieldType.CHOICE,
        choices=tuple(languages.NAMES),
        names=languages.NAMES,
    ),
    Field("identity.is_patient", "Is a patient", FieldType.BOOLEAN, "limited"),
    Field("identity.email", "E-mail address", FieldType.PRESENCE, "limited"),
    Field("identity.email_domain", "Mail domain", FieldType.TEXT, "limited"),
    Field("identity.phone", "Phone number", FieldType.PRESENCE, "limited"),
)

# Consent to receive substance use records says that there are such records (42 CFR Part 2).
SPECIAL_PURPOSES = frozenset({"part2"})


def consent_field(purpose: str, label: str) -> Field:
    phi_class = "special" if purpose in SPECIAL_PURPOSES else "limited"
    return Field(f"consent.{purpose}", label, FieldType.CONSENT, phi_class)


def activity_field(kind: str, label: str) -> Field:
    """A kind of fact about a person. PHI: what somebody did with care mail tells of care."""
    return Field(f"activity.{kind}", label, FieldType.ACTIVITY, "phi")


def build_schema(fields: Iterable[Field]) -> Schema:
    """All fields by key: those of identity first, then the given ones in their order."""
    return {field.key: field for field in (*IDENTITY_FIELDS, *fields)}
