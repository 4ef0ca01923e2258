"""Asks for another clinic's ids in every position, and for ids of nothing: the answers must be the same."""

import random
import re
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from uuid import UUID

from django.http.response import HttpResponseBase

from tests.security import witness
from tests.security.positions import PLACES, Places, Position
from tests.security.restored import Moment
from tests.security.routes import Route
from tests.security.trespass import FOUND, Person
from tests.security.world import World

# What differs between two answers to the same question: tokens of forms, nonces, ids of errors, and how
# long counting took.
DRAWN = re.compile(
    r"(?<=nonce=\")[^\"]+|(?<=name=\"csrfmiddlewaretoken\" value=\")\w+|(?<=\"X-CSRFToken\": \")\w+"
    r"|(?<=<code>)[0-9a-f]{8}(?=</code>)|(?<=counted in )[0-9.]+"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b"
)
ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")

# Asked for where a name does not tell the kind.
KINDS = ("contact_id", "campaign_id", "event_id", "segment_id", "message_id")
# Every role that may ask tries these; the others only what an address itself names.
LOOKED_AT = {"query", "cursor", "hint"}


@dataclass
class Report:
    """`asked` counts questions and `positions` the places they were put in; `leaks` must stay empty.

    `unsteady` counts those whose answer changes by itself: of them the status is compared. `closed`
    counts the positions on pages that nobody of the clinic may ask for, such as the operator's.
    """

    asked: int = 0
    unsteady: int = 0
    restored: int = 0
    positions: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    owned: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Of the positions that are open to somebody, those in which the owner's own id is found."""
        return sum(self.owned.values()) / (sum(self.positions.values()) - self.closed)

    def __str__(self) -> str:
        places = ", ".join(
            f"{place} {count} (owner {self.owned[place]})"
            for place, count in sorted(self.positions.items())
        )
        return (
            f"{self.asked} questions in {sum(self.positions.values())} positions, of them "
            f"{self.closed} closed to all; owners succeed in {self.share:.0%} of the others, "
            f"{self.unsteady} unsteady, {self.restored} worlds restored, "
            f"{len(self.leaks)} leaks: {places}"
        )


@dataclass
class Attack:
    """People of `mine` ask for what is `theirs`; what an act changed that was accepted is undone."""

    mine: World
    theirs: World
    strangers: list[Person]
    report: Report
    moment: Moment

    def __post_init__(self) -> None:
        self.places = Places(self.mine)
        self.jars = [one.browser.cookies.output(header="", sep=";") for one in self.strangers]
        for one in self.strangers:
            one.browser.raise_request_exception = False  # a fault is an answer like any other
        self.known = witness.ids_of(self.theirs.tenant.id)

    def on(
        self, routes: Iterable[Route], *, everybody: bool, places: Container[str] = PLACES
    ) -> None:
        routes = list(routes)
        for route in routes:
            self.places.read_forms(route, self._able(route)[0])
        for turn, route in enumerate(routes):
            able = self._able(route)
            for position in self.places.of(route, able[0]):
                if position.place not in places or self._foreign(position) is None:
                    continue
                self.report.positions[position.place] += 1
                self.report.closed += not able[0].may(route)
                for person in self._who(position, able, turn, everybody=everybody):
                    self._try(position, person)
                self.report.owned[position.place] += self._is_found(position, able[0])
            self._begin_again(str(route))

    def _able(self, route: Route) -> list[Person]:
        return [one for one in self.strangers if one.may(route)] or self.strangers

    def _who(
        self, position: Position, able: list[Person], turn: int, *, everybody: bool
    ) -> list[Person]:
        if everybody and position.place in {"path", "nested"}:
            return self.strangers
        if everybody and position.place in LOOKED_AT and not position.acts:
            return able
        return [able[turn % len(able)]]

    def _kind(self, position: Position) -> str:
        if position.place == "hint":
            return "tenant_id"
        last = position.name.rpartition(".")[2]
        named = [each for each in (last, f"{last}_id") if each in self.theirs.ids]
        return named[0] if named else KINDS[len(str(position)) % len(KINDS)]

    def _foreign(self, position: Position) -> object:
        """None for a word that is the same in every clinic."""
        kind = self._kind(position)
        foreign = self.theirs.ids[kind][-1]
        return None if foreign in self.mine.ids[kind] else foreign

    def _try(self, position: Position, person: Person) -> None:
        foreign = self._foreign(position)
        nothing = _beside(foreign)
        before, other = (self._answer(position, person, value) for value in (nothing, foreign))
        if other.seen != before.seen:
            again = self._answer(position, person, nothing)
            self.report.unsteady += again.seen != before.seen
            if other.differs_from(before, again):
                self._tell(f"{position} as {person.role}: {other.status} {before.status}")
        for it in self._of_them(other.text, foreign):
            self._tell(f"{position} as {person.role} shows {it}")

    def _answer(self, position: Position, person: Person, value: object) -> "Answer":
        random.seed(0)  # a sample of people is drawn alike each time
        answer = Answer(position.ask(person, value), value)
        self.report.asked += 1
        self.report.answers[answer.status] += 1
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._tell(f"{position} as {person.role} breaks")
        if position.acts and answer.status < HTTPStatus.BAD_REQUEST:
            self._begin_again(f"{position} as {person.role}")
        return answer

    def _is_found(self, position: Position, person: Person) -> bool:
        """Whether the same question about what is one's own is answered."""
        own = self.mine.ids[self._kind(position)][0]
        return self._answer(position, person, own).status in FOUND

    def _begin_again(self, after: str) -> None:
        """Undo what was done; whatever of it is theirs is a leak."""
        theirs = str(self.theirs.tenant.id)
        for table, owner in self.moment.restore():
            if owner == theirs:
                self._tell(f"{after} changed {table}")
        self.report.restored += 1
        for one, jar in zip(self.strangers, self.jars, strict=True):
            one.browser.cookies = SimpleCookie(jar)

    def _of_them(self, shown: str, asked: object) -> list[str]:
        shown = shown.replace(str(asked), "")
        marks = self.theirs.mark.found_in(shown)  # type: ignore[attr-defined]
        return marks + sorted(self.known.intersection(ID.findall(shown)))

    def _tell(self, leak: str) -> None:
        self.report.leaks.append(leak)


def _beside(one: object) -> object:
    """An id of nothing that a cursor sorts like this one; another word, if it is a word."""
    return UUID(int=one.int ^ 1) if isinstance(one, UUID) else f"x{one}"


class Answer:
    """`status` is 401 for who was sent to sign in again.

    `seen` leaves out what is drawn anew each time, and what was asked, which a form shows again.
    """

    def __init__(self, answer: HttpResponseBase, asked: object) -> None:
        where = answer.headers.get("Location", "")
        content = b"".join(answer) if answer.streaming else answer.content
        self.status = 401 if where.startswith("/login/") else answer.status_code
        self.text = where + content.decode(errors="replace")
        self.seen = (self.status, DRAWN.sub("-", self.text.replace(str(asked), "-")))

    def differs_from(self, before: "Answer", again: "Answer") -> bool:
        """Two answers to one question that differ tell of an act or of a secret drawn anew, by status only."""
        if before.seen == again.seen:
            return self.seen != before.seen
        return self.status not in (before.status, again.status)


def is_stopped(report: Report) -> bool:
    """Signed out, or told to wait: then nothing more is proven."""
    return bool({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS} & report.answers.keys())
