"""The rule of a segment as a tree of values: groups that hold conditions and groups.

What a condition means when the value is missing: it does not match, whatever the operator says ("is
not", "before", "no"). Only "is not known" matches a missing value. Missing is: absent, null, an
empty text, or a value of another type than the field's. For consent, "never asked" is an answer of
its own. `none` is exactly "not any": somebody about whom nothing is known is in `none of (plan is
Gold)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from segments.fields import Field
from segments.periods import AsOf, Period

# Where in a tree: (1, 0) is the first rule of the second one of the outermost group, () the whole.
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """There is a value, or there is none."""

    field: Field
    operator: str


@dataclass(frozen=True, slots=True)
class TextMatch:
    """Text or choice, compared without regard to case and outer blanks."""

    field: Field
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """A number between bounds. `value` operators use the bound that they are about."""

    field: Field
    operator: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class YesNo:
    field: Field
    operator: str


@dataclass(frozen=True, slots=True)
class DateMatch:
    """A date between two days, both included. `value` operators have the same day twice."""

    field: Field
    operator: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A date seen from today. "In the last 7 days" is from seven days ago to today, inclusive."""

    field: Field
    operator: str
    period: Period


@dataclass(frozen=True, slots=True)
class AnniversaryMonth:
    """The month of a date, in whichever year: 1 to 12, `this` or `next`."""

    field: Field
    operator: str
    month: str

    def number(self, as_of: AsOf) -> int:
        match self.month:
            case "this":
                return as_of.month(0)
            case "next":
                return as_of.month(1)
        return int(self.month)


@dataclass(frozen=True, slots=True)
class ConsentIs:
    """The state of the consent to one purpose: granted, withdrawn, never_asked."""

    field: Field
    operator: str


@dataclass(frozen=True, slots=True)
class Did:
    """At least (`did`) or fewer than (`did_not`) so many facts, ever or in a period until today."""

    field: Field
    operator: str
    times: int
    period: Period | None
    campaign: str | None


Condition = (
    Known
    | TextMatch
    | NumberMatch
    | YesNo
    | DateMatch
    | RelativeDate
    | AnniversaryMonth
    | ConsentIs
    | Did
)


@dataclass(frozen=True, slots=True)
class Group:
    """`all`, `any` or `none` of its rules. The outermost `all` may be empty: everybody."""

    match: str
    rules: tuple["Group | Condition", ...]


def conditions(rule: Group | Condition) -> Iterator[Condition]:
    """Every condition of the tree, in reading order."""
    if isinstance(rule, Group):
        for inner in rule.rules:
            yield from conditions(inner)
    else:
        yield rule


@dataclass(frozen=True, slots=True)
class FieldsUsed:
    """The columns that a rule reads: only these need to be unsealed."""

    identity: frozenset[str]
    attributes: frozenset[str]
    purposes: frozenset[str]
    activity: frozenset[str]


def fields_used(rule: Group) -> FieldsUsed:
    names: dict[str, set[str]] = {
        key: set() for key in ("identity", "attribute", "consent", "activity")
    }
    for condition in conditions(rule):
        names[condition.field.source].add(condition.field.name)
    return FieldsUsed(
        identity=frozenset(IDENTITY_COLUMNS.get(name, name) for name in names["identity"]),
        attributes=frozenset(names["attribute"]),
        purposes=frozenset(names["consent"]),
        activity=frozenset(names["activity"]),
    )


# Fields that are worked out from another part of a person's identity.
IDENTITY_COLUMNS = {"age": "birth_date", "email_domain": "email"}


def phi_classes(rule: Group) -> frozenset[str]:
    """The PHI classes of all fields that the rule asks about."""
    return frozenset(condition.field.phi_class for condition in conditions(rule))


def membership_is_phi(rule: Group) -> bool:
    """Whether being in the segment says something about a person's health or care."""
    return any(condition.field.is_phi for condition in conditions(rule))
