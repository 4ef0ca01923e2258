"""Asks for another clinic's ids in every position, and for ids of nothing: the answers must be the same."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import UUID

from django.http.response import HttpResponseBase

from tests.security import positions
from tests.security.positions import Position
from tests.security.routes import Route
from tests.security.trespass import FOUND, Person
from tests.security.world import World

# What differs between two answers to the same question: tokens of forms, nonces, ids of errors.
DRAWN = re.compile(
    r"(?<=nonce=\")[^\"]+|(?<=name=\"csrfmiddlewaretoken\" value=\")\w+|(?<=\"X-CSRFToken\": \")\w+"
    r"|(?<=<code>)[0-9a-f]{8}(?=</code>)"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b"
)

# Asked for where a name does not tell the kind.
KINDS = ("contact_id", "campaign_id", "event_id")


@dataclass
class Report:
    """`asked` counts questions and `positions` the places they were put in; `leaks` must stay empty.

    `unsteady` counts those whose answer changes by itself: of them the status is compared.
    """

    asked: int = 0
    unsteady: int = 0
    positions: Counter[str] = field(default_factory=Counter)
    owned: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    stopped: Counter[int] = field(default_factory=Counter)

    def __str__(self) -> str:
        places = ", ".join(
            f"{place} {count}"
            + (f" ({self.owned[place]} answered to owners)" if self.owned[place] else "")
            for place, count in sorted(self.positions.items())
        )
        count = sum(self.positions.values())
        return f"{self.asked} questions in {count} positions, {self.unsteady} unsteady: {places}"


@dataclass(frozen=True)
class Attack:
    """People of `mine` ask for what is `theirs`."""

    mine: World
    theirs: World
    strangers: list[Person]

    def on(self, routes: Iterable[Route], report: Report, *, everybody: bool) -> None:
        for turn, route in enumerate(routes):
            able = [one for one in self.strangers if one.may(route)]
            for position in positions.of(route, self.mine, (able or self.strangers)[0]):
                report.positions[position.place] += 1
                report.owned[position.place] += self._is_found(position)
                in_path = position.place in {"path", "nested"}
                chosen = self.strangers if everybody and in_path else [self._at(able, turn)]
                for person in chosen:
                    self._try(position, person, report)

    def _at(self, able: list[Person], turn: int) -> Person:
        people = able or self.strangers
        return people[turn % len(people)]

    def _try(self, position: Position, person: Person, report: Report) -> None:
        kind = (
            position.name if position.name in self.theirs.ids else KINDS[report.asked % len(KINDS)]
        )
        foreign = self.theirs.ids[kind][-1]
        nothing = _beside(foreign)
        before, other = (_Answer(position.ask(person, value)) for value in (nothing, foreign))
        report.asked += 2
        report.stopped.update((before.status, other.status))
        if other.seen != before.seen:
            again = _Answer(position.ask(person, nothing))
            report.unsteady += again.seen != before.seen
            if other.differs_from(before, again):
                report.leaks.append(f"{position} as {person.role}: {other.status} {before.status}")
        shown = self._of_them(other.text, foreign)
        report.leaks += [f"{position} as {person.role} shows {it}" for it in shown]

    def _of_them(self, shown: str, asked: object) -> list[str]:
        marks = self.theirs.mark.found_in(shown)  # type: ignore[attr-defined]
        ids = {str(one) for each in self.theirs.ids.values() for one in each if len(str(one)) == 36}
        return marks + [one for one in ids - {str(asked)} if one in shown]

    def _is_found(self, position: Position) -> bool:
        """Whether the same question about what is one's own is answered."""
        able = [one for one in self.strangers if one.may(position.route)]
        kind = position.name if position.name in self.mine.ids else "contact_id"
        if not able or position.method != "GET" or position.place == "header":
            return False
        return position.ask(able[0], self.mine.ids[kind][0]).status_code in FOUND


def _beside(one: object) -> object:
    """An id of nothing that a cursor sorts like this one; another word, if it is a word."""
    return UUID(int=one.int ^ 1) if isinstance(one, UUID) else f"{one}x"


class _Answer:
    """`status` is 401 for who was sent to sign in again; `seen` leaves out what is drawn anew each time."""

    def __init__(self, answer: HttpResponseBase) -> None:
        where = answer.headers.get("Location", "")
        content = b"".join(answer) if answer.streaming else answer.content
        self.status = 401 if where.startswith("/login/") else answer.status_code
        self.text = where + content.decode(errors="replace")
        self.seen = (self.status, DRAWN.sub("-", self.text))

    def differs_from(self, before: "_Answer", again: "_Answer") -> bool:
        """Two answers to one question that differ tell of an act or of a secret drawn anew, by status only."""
        if before.seen == again.seen:
            return self.seen != before.seen
        return self.status not in (before.status, again.status)


def is_stopped(report: Report) -> bool:
    """Signed out, or told to wait: then nothing more is proven."""
    return bool({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS} & report.stopped.keys())
