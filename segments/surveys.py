"""What one pass over everybody finds: how many match, what each part did, who may be written to."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from compliance.facts import Outcome, Reason, Verdict
from contacts.queries import Person
from segments.evaluation import Evaluator
from segments.periods import AsOf
from segments.rules import Group, Path

SAMPLE_SIZE = 12
# A figure about fewer people can point at one of them: the cell size that CMS suppresses.
SMALL = 11


@dataclass(frozen=True, slots=True)
class Exclusion:
    """How many are left out for one reason. Somebody with two reasons counts in both."""

    sentence: str
    people: int


@dataclass(slots=True)
class Reach:
    """What the send gate says about each member, counted."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refusals: Counter[Reason] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        self.outcomes[verdict.outcome] += 1
        if verdict.outcome in (Outcome.DENY, Outcome.HOLD):
            self.refusals.update(verdict.reasons)

    @property
    def allowed(self) -> int:
        return self.outcomes[Outcome.ALLOW] + self.outcomes[Outcome.PORTAL]

    @property
    def by_portal(self) -> int:
        return self.outcomes[Outcome.PORTAL]

    @property
    def excluded(self) -> int:
        return self.outcomes[Outcome.DENY] + self.outcomes[Outcome.HOLD]

    @property
    def reasons(self) -> list[Exclusion]:
        return [Exclusion(reason.label, n) for reason, n in self.refusals.most_common()]


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass found."""

    total: int
    members: list[UUID]
    counts: Mapping[Path, int]
    seconds: float

    @property
    def people(self) -> int:
        return len(self.members)

    @property
    def is_small(self) -> bool:
        return 0 < self.people < SMALL

    def sample(self) -> list[UUID]:
        """A few members, drawn anew each time."""
        return random.sample(self.members, min(SAMPLE_SIZE, self.people))


def survey(rule: Group, everybody: Iterable[Person], as_of: AsOf) -> Survey:
    began = time.perf_counter()
    evaluator = Evaluator(rule, as_of)
    total, members = 0, []
    for person in everybody:
        total += 1
        if evaluator.matches(person):
            members.append(person.contact_id)
    return Survey(total, members, evaluator.counts, time.perf_counter() - began)
