"""Who is in a segment: one pass over the tenant's sealed rows answers everything a page asks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from compliance import queries as compliance
from compliance.facts import GateFacts, Sensitivity
from compliance.gate import decide
from compliance.purposes import Purpose, Remuneration
from contacts import queries as contacts
from contacts.fields import Kind
from contacts.models import Activity, Attribute
from contacts.queries import Person
from segments.evaluation import Evaluator
from segments.fields import (
    Field,
    FieldType,
    Schema,
    activity_field,
    build_schema,
    consent_field,
)
from segments.models import Segment
from segments.parsing import RuleInvalid, parse
from segments.periods import AsOf
from segments.rules import Did, Group, conditions
from segments.surveys import Reach, Survey, survey
from tenancy import clock
from tenancy.models import Tenant
from tenancy.scope import current_tenant_id

BATCH_SIZE = 2_000
# Of an address a rule asks only whether there is one.
TYPES = {Kind.EMAIL.value: FieldType.PRESENCE}
# Rules about activity of whatever age read all of it.
FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def schema() -> Schema:
    """Everything that a rule of this tenant can ask about."""
    return build_schema(
        [
            *(_attribute_field(attribute) for attribute in Attribute.objects.order_by("label")),
            *(consent_field(purpose, purpose.label) for purpose in Purpose),
            *(activity_field(kind, kind.label) for kind in Activity.Kind),
        ]
    )


def _attribute_field(attribute: Attribute) -> Field:
    return Field(
        key=f"attribute.{attribute.key}",
        label=attribute.label,
        type=TYPES.get(attribute.type) or FieldType(attribute.type),
        phi_class=attribute.phi_class,
        choices=tuple(attribute.choices),
    )


def as_of_now() -> AsOf:
    """Today where the tenant is."""
    zone = ZoneInfo(Tenant.objects.get(pk=current_tenant_id()).time_zone)
    return AsOf(clock.now().astimezone(zone).date(), zone)


def rule_of(segment: Segment) -> Group:
    """The rule as it can be evaluated. Raises RuleInvalid if the schema has changed under it."""
    return parse(segment.rule, schema())


def matching(rule: Group) -> Iterator[Person]:
    """The people whom the rule describes today, opened, in the order of their ids."""
    as_of = as_of_now()
    return filter(Evaluator(rule, as_of).matches, _everybody(rule, as_of))


def members(segment: Segment) -> Iterator[UUID]:
    """The ids of the people in the segment today, streamed. Raises RuleInvalid."""
    return (person.contact_id for person in matching(rule_of(segment)))


def count(rule: Group) -> Survey:
    """An exact count over everybody, and what it showed on the way."""
    as_of = as_of_now()
    return survey(rule, _everybody(rule, as_of), as_of)


def count_each(segments: Sequence[Segment]) -> list[int | None]:
    """The number of people in each segment, in one pass. None for a rule that needs a change."""
    as_of, known = as_of_now(), schema()
    rules = [_readable(segment, known) for segment in segments]
    everything = Group("any", tuple(rule for rule in rules if rule))
    tests = {place: Evaluator(rule, as_of).matches for place, rule in enumerate(rules) if rule}
    counts = dict.fromkeys(tests, 0)
    for person in _everybody(everything, as_of):
        for place, matches in tests.items():
            if matches(person):
                counts[place] += 1
    return [counts.get(place) for place in range(len(segments))]


def _readable(segment: Segment, known: Schema) -> Group | None:
    try:
        return parse(segment.rule, known)
    except RuleInvalid:
        return None


def reach(rule: Group, *, purpose: Purpose) -> Reach:
    """How many of the people may be written to for this purpose, and why the others may not.

    As for mail with health details that is approved; unpaid, but for the purpose that is about pay.
    """
    paid = purpose is Purpose.REMUNERATED
    sending = compliance.sending_facts(
        purpose,
        sensitivity=Sensitivity.S3 if purpose is Purpose.PART2 else Sensitivity.S2,
        remuneration=Remuneration.PAID if paid else Remuneration.NONE,
        is_approved=True,
    )
    found = Reach()
    people = matching(rule)
    while batch := list(islice(people, BATCH_SIZE)):
        for facts in contacts.person_facts(batch).values():
            found.add(decide(GateFacts(sending, facts)))
    return found


def _everybody(rule: Group, as_of: AsOf) -> Iterable[Person]:
    """All people of the tenant, with as much of their activity as the rule asks about."""
    asked = [condition for condition in conditions(rule) if isinstance(condition, Did)]
    if not asked:
        return contacts.people()
    return contacts.people_with_activity(since=min(_since(one, as_of) for one in asked))


def _since(condition: Did, as_of: AsOf) -> datetime:
    if condition.period is None:
        return FIRST_DAY
    return as_of.start_of(condition.period.before(as_of.today))
