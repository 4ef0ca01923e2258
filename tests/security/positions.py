"""Every place of a request that an id of another clinic can stand in, from URLconfs, pages, views and OpenAPI."""

import inspect
import json
import re
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http.response import HttpResponseBase

from integrations.api.documents import document
from tenancy.ids import uuid7
from tests.security import bodies, forms
from tests.security.routes import Route
from tests.security.trespass import METHODS, Person
from tests.security.world import World

# Names that readers of an address or a form take from it.
READ = {
    "GET": re.compile(r"\.GET(?:\.get|\.getlist)?[(\[]\"(\w+)\""),
    "POST": re.compile(r"\.POST(?:\.get|\.getlist)?[(\[]\"(\w+)\""),
}
# What software elsewhere believes about whose data is asked for; all of it at once, on each address.
HINTS = (
    "X-Tenant-Id",
    "X-Workspace",
    "X-Forwarded-Host",
    "Idempotency-Key",
    "HX-Target",
    "Referer",
)
NAMED_HINTS = ("tenant", "tenant_id", "workspace", "workspace_id")
# Who sends these is signed out, and asks nothing any more.
ENDS_SESSIONS = {"accounts:sign_out", "accounts:end_other_sessions"}
PLACES = frozenset({"path", "nested", "query", "cursor", "body", "hint"})
PAGING = ("before", "after", "cursor")


@dataclass(frozen=True)
class Position:
    """Where an id is put: `place` is one of PLACES; a body is a form or JSON, a hint all HINTS at once.

    `others` and `rest` are what is sent beside it: our own ids in the path, and a body that is accepted.
    """

    route: Route
    method: str
    place: str
    name: str
    others: dict[str, object] = field(default_factory=dict, hash=False)
    rest: Any = field(default=None, hash=False)

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.place} {self.name}"

    @property
    def acts(self) -> bool:
        return self.method not in {"GET", "HEAD"}

    def ask(self, person: Person, value: object) -> HttpResponseBase:
        in_path = self.place in {"path", "nested"}
        address = self.route.address(self.others | ({self.name: value} if in_path else {}))
        body, kind = self._body(value)
        headers = {each: str(value) for each in HINTS} if self.place == "hint" else {}
        return person.browser.generic(
            self.method, address + self._query(value), body, content_type=kind, headers=headers
        )

    def _query(self, value: object) -> str:
        if self.place == "hint":
            return "?" + urlencode(dict.fromkeys(NAMED_HINTS, value))
        if self.place == "cursor" and self.route.host == "api" and isinstance(value, UUID):
            return f"?{self.name}={urlsafe_b64encode(value.bytes).decode().rstrip('=')}"
        return f"?{urlencode({self.name: value})}" if self.place in {"query", "cursor"} else ""

    def _body(self, value: object) -> tuple[str, str]:
        is_body = self.place == "body"
        if self.route.host == "api":
            body = bodies.put(self.rest, self.name, str(value)) if is_body else self.rest
            return ("" if body is None else json.dumps(body)), "application/json"
        body = (self.rest or {}) | ({self.name: [str(value)]} if is_body else {})
        return urlencode(body, doseq=True), "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Places:
    """`mine` is the world of who asks: all but the one id in question are their own."""

    mine: World
    sent: dict[str, forms.Fields] = field(default_factory=dict)

    def read_forms(self, route: Route, person: Person) -> None:
        """Learn from a page what its forms would send, and where."""
        if not self.knows(route):
            return
        own = self.own(route)
        answer = Position(route, "GET", "none", "", own).ask(person, "")
        if not answer.streaming and answer.status_code == HTTPStatus.OK:
            for form in forms.on(route.address(own), answer.content.decode(errors="replace")):
                self.sent.setdefault(form.address.partition("?")[0], {}).update(form.fields)

    def knows(self, route: Route) -> bool:
        return set(route.arguments) <= self.mine.ids.keys()

    def own(self, route: Route) -> dict[str, object]:
        return {name: self.mine.ids[name][0] for name in route.arguments}

    def of(self, route: Route, seen: Person) -> Iterator[Position]:
        if not self.knows(route):
            return
        own = self.own(route)
        place = "path" if len(route.arguments) == 1 else "nested"
        for method in _methods(route, seen):
            rest = None if method == "GET" else self._accepted(route, method, own)
            for name in route.arguments:
                yield Position(route, method, place, name, own, rest)
            if method == "GET":
                yield from _in_query(route, own)
            if route.name not in ENDS_SESSIONS:
                yield Position(route, method, "hint", "all", own, rest)
                for name in self._names(route, method, rest):
                    yield Position(route, method, "body", name, own, rest)

    def _accepted(self, route: Route, method: str, own: dict[str, object]) -> Any:
        if route.host == "api":
            ids = {name: values[0] for name, values in self.mine.ids.items()}
            return bodies.of_operation(_documented_path(route), method, ids)
        return self.sent.get(route.address(own), {})

    def _names(self, route: Route, method: str, rest: Any) -> list[str]:
        if method == "GET" or rest is None:
            return []
        if route.host == "api":
            return sorted(set(bodies.places(rest)))
        return sorted({*rest, *_read(route, "POST")})


def _methods(route: Route, seen: Person) -> list[str]:
    """Those that the address answers, as it says itself when it is asked in a way that is none."""
    nothing = {name: uuid7() for name in route.arguments}
    answer = Position(route, "FETCH", "none", "", nothing).ask(seen, "")
    allowed = answer.headers.get("Allow", "").split(", ")
    known = METHODS[route.host]
    return [method for method in known if method in allowed] if allowed != [""] else list(known)


def _in_query(route: Route, own: dict[str, object]) -> Iterator[Position]:
    for name in sorted({*_read(route, "GET"), *_parameters(route), *PAGING}):
        yield Position(route, "GET", "cursor" if name in PAGING else "query", name, own)


def _read(route: Route, what: str) -> set[str]:
    return set(READ[what].findall(inspect.getsource(sys.modules[route.view.__module__])))


def _parameters(route: Route) -> set[str]:
    described = document()["paths"].get(_documented_path(route), {}).get("get", {})
    return {each["name"] for each in described.get("parameters", []) if each["in"] == "query"}


def _documented_path(route: Route) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route.path)
