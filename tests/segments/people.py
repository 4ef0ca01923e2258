"""A small contact schema and people for the tests of rules."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from segments.fields import Field, FieldType, activity_field, build_schema, consent_field
from segments.periods import AsOf

SCHEMA = build_schema(
    [
        Field("attribute.plan", "Plan", FieldType.CHOICE, "none", ("Gold", "Silver")),
        Field("attribute.city", "City", FieldType.TEXT, "limited"),
        Field("attribute.visits", "Visits", FieldType.NUMBER, "limited"),
        Field("attribute.last_visit", "Last visit", FieldType.DATE, "phi"),
        Field("attribute.smoker", "Smoker", FieldType.BOOLEAN, "special"),
        consent_field("marketing", "Marketing"),
        consent_field("part2", "Substance use records"),
        activity_field("opened", "Opened a message"),
        activity_field("clicked", "Clicked a link"),
    ]
)
NEW_YORK = ZoneInfo("America/New_York")
TODAY = AsOf(date(2026, 3, 1), NEW_YORK)


@dataclass(frozen=True)
class Fact:
    kind: str
    occurred_at: datetime
    cause_id: UUID | None = None


@dataclass(frozen=True)
class Person:
    identity: dict[str, object] = field(default_factory=dict)
    attributes: dict[str, object] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)
    activity: tuple[Fact, ...] = ()
    is_patient: bool = True


def condition(field_key: str, operator: str, **operands: object) -> dict[str, object]:
    return {"field": field_key, "operator": operator, **operands}


def group(match: str, *rules: dict[str, object]) -> dict[str, object]:
    return {"match": match, "rules": list(rules)}
