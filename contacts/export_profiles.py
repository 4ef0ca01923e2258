"""What a file of people may hold, by what it is for: the minimum necessary (45 CFR 164.502(b))."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from contacts.fields import IDENTITY, Field, PhiClass

NONE, LIMITED, PHI, SPECIAL = PhiClass.NONE, PhiClass.LIMITED, PhiClass.PHI, PhiClass.SPECIAL
# A file is for one task. Whoever needs everybody's data asks for an export of the workspace.
MOST_ROWS = 10_000
# From here on a second person looks at it first.
SECOND_PERSON_OVER = 500


@dataclass(frozen=True, slots=True)
class Profile:
    """One purpose: the fields of the identity, and the classes of the workspace's own fields."""

    title: str
    meaning: str
    identity: frozenset[str]
    classes: frozenset[str]


EVERYTHING = frozenset(field.key for field in IDENTITY)
PROFILES = {
    "care": Profile(
        "Care by ourselves or another provider",
        "Everything that care needs. Specially protected fields only for roles that may see them.",
        EVERYTHING,
        frozenset({NONE, LIMITED, PHI, SPECIAL}),
    ),
    "payment": Profile(
        "Billing and payment",
        "Who somebody is and how to reach them; nothing about their health.",
        EVERYTHING,
        frozenset({NONE, LIMITED}),
    ),
    "mailing": Profile(
        "Letters and calls",
        "Name, email, phone and language.",
        frozenset({"given_name", "family_name", "email", "phone", "language"}),
        frozenset(),
    ),
    "quality": Profile(
        "Quality and planning of our own services",
        "Record number and health fields, without name, email or phone.",
        frozenset({"external_id", "birth_date", "language"}),
        frozenset({NONE, LIMITED, PHI}),
    ),
    "counting": Profile(
        "Counting",
        "Only fields that are no PHI.",
        frozenset({"language"}),
        frozenset({NONE}),
    ),
}


def fields_for(
    profile: str, schema: Sequence[Field], *, seen_classes: Collection[str]
) -> list[Field]:
    """What a file for this purpose may hold, for a role that sees `seen_classes`."""
    chosen = PROFILES[profile]
    identity = [field for field in IDENTITY if field.key in chosen.identity]
    allowed = chosen.classes & {NONE.value, *seen_classes}
    return [*identity, *(field for field in schema if field.phi_class in allowed)]
