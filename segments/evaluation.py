"""Compile a rule to functions that say whether a person matches.

Everything that is known beforehand (today, bounds, folded texts) is worked out once; what is left
for each person is a look-up and a comparison. Days are compared as ISO 8601 text, which sorts as
they do.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from contacts.queries import Happening, Person
from segments import values
from segments.periods import AsOf
from segments.rules import Condition, ConsentIs, Did, Group, Path

Test = Callable[[Person], bool]


class Evaluator:
    """A compiled rule. While it is asked about people, it counts what each part of the rule did.

    `counts` is by path. In `all`: how many people were left after the part. In `any`: how many it
    added to those before it. In `none`: how many it took away. Parts are asked in order, and only
    as long as the answer is open, so the numbers of a group add up.
    """

    def __init__(self, rule: Group, as_of: AsOf) -> None:
        self.counts: dict[Path, int] = defaultdict(int)
        self._as_of = as_of
        self.matches: Test = self._group(rule, ())

    def _group(self, group: Group, path: Path) -> Test:
        paths = [(*path, place) for place in range(len(group.rules))]
        tests = [
            (inner, self._test(rule, inner)) for inner, rule in zip(paths, group.rules, strict=True)
        ]
        match group.match:
            case "all":
                return self._all_of(tests)
            case "any":
                return self._any_of(tests)
            case "none":
                any_of = self._any_of(tests)
                return lambda person: not any_of(person)
        raise ValueError(f"not a way to match: {group.match}")

    def _all_of(self, tests: list[tuple[Path, Test]]) -> Test:
        counts = self.counts

        def all_of(person: Person) -> bool:
            for path, test in tests:
                if not test(person):
                    return False
                counts[path] += 1
            return True

        return all_of

    def _any_of(self, tests: list[tuple[Path, Test]]) -> Test:
        counts = self.counts

        def any_of(person: Person) -> bool:
            for path, test in tests:
                if test(person):
                    counts[path] += 1
                    return True
            return False

        return any_of

    def _test(self, rule: Group | Condition, path: Path) -> Test:
        match rule:
            case Group():
                return self._group(rule, path)
            case ConsentIs():
                return _consent(rule)
            case Did():
                return _did(rule, self._as_of)
        return _value(rule, self._as_of)


def _value(condition: Condition, as_of: AsOf) -> Test:
    test = values.value_test(condition, as_of)
    name = condition.field.name
    if condition.field.source == "attribute":
        return lambda person: test(person.attributes.get(name))
    if name == "age":
        age = values.age_on(as_of.today)
        return lambda person: test(age(person.identity.get("birth_date")))
    if name == "is_patient":
        return lambda person: test(person.is_patient)
    if name == "email_domain":
        return lambda person: test(values.mail_domain(person.identity.get("email")))
    return lambda person: test(person.identity.get(name))


def _consent(condition: ConsentIs) -> Test:
    purpose, state = condition.field.name, condition.operator
    if state == "never_asked":
        return lambda person: purpose not in person.consents
    return lambda person: person.consents.get(purpose) == state


def _did(condition: Did, as_of: AsOf) -> Test:
    """Facts up to the end of today, so that a rule as of an earlier day is true to that day."""
    kind, times = condition.field.name, condition.times
    campaign = UUID(condition.campaign) if condition.campaign else None
    until = as_of.start_of(as_of.today + timedelta(days=1))
    since = as_of.start_of(condition.period.before(as_of.today)) if condition.period else None

    def is_meant(fact: Happening) -> bool:
        return (
            fact.kind == kind
            and fact.occurred_at < until
            and (since is None or fact.occurred_at >= since)
            and (campaign is None or fact.cause_id == campaign)
        )

    def did(person: Person) -> bool:
        return sum(map(is_meant, person.activity)) >= times

    return did if condition.operator == "did" else lambda person: not did(person)
