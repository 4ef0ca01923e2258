"""Every place of a request that an id of another clinic can stand in, from URLconfs, views and OpenAPI."""

import inspect
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from django.http.response import HttpResponseBase

from integrations.api.documents import document
from tenancy.ids import uuid7
from tests.security.routes import Route
from tests.security.trespass import METHODS, Person
from tests.security.world import World

# Names that readers of an address or a form take from it.
READ = {
    "GET": re.compile(r"\.GET(?:\.get|\.getlist)?[(\[]\"(\w+)\""),
    "POST": re.compile(r"\.POST(?:\.get|\.getlist)?[(\[]\"(\w+)\""),
}
FIELD = re.compile(r"<(?:input|select|textarea|button)[^>]*\sname=\"(\w+)\"")
HEADERS = (
    "X-Tenant-Id",
    "X-Workspace",
    "Idempotency-Key",
    "HX-Target",
    "X-Forwarded-Host",
    "Referer",
)
# Who sends these is signed out, and asks nothing any more.
ENDS_SESSIONS = {"accounts:sign_out", "accounts:end_other_sessions"}
PAGING = ("before", "after", "cursor")


@dataclass(frozen=True)
class Position:
    """Where an id is put: `place` is path, nested, query, cursor, body or header; `others` stay our own."""

    route: Route
    method: str
    place: str
    name: str
    others: dict[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.place} {self.name}"

    def ask(self, person: Person, value: object) -> HttpResponseBase:
        in_path = self.place in {"path", "nested"}
        address = self.route.address(self.others | ({self.name: value} if in_path else {}))
        if self.place in {"query", "cursor"}:
            address += f"?{self.name}={value}"
        body, kind = self._body(value)
        headers = {each: str(value) for each in HEADERS} if self.place == "header" else {}
        return person.browser.generic(
            self.method, address, body, content_type=kind, headers=headers
        )

    def _body(self, value: object) -> tuple[str, str]:
        is_body = self.place == "body"
        if self.route.host == "api":
            return (json.dumps({self.name: str(value)}) if is_body else ""), "application/json"
        return (f"{self.name}={value}" if is_body else ""), "application/x-www-form-urlencoded"


def of(route: Route, mine: World, seen: Person) -> Iterator[Position]:
    """`mine` is the world of who asks: all but the one id in question are their own."""
    named = route.arguments
    if not set(named) <= mine.ids.keys():
        return
    own = {name: mine.ids[name][0] for name in named}
    place = "path" if len(named) == 1 else "nested"
    for method in _methods(route, seen):
        for name in named:
            yield Position(route, method, place, name, own)
        if method == "GET":
            yield from _in_query(route, own)
        elif route.name not in ENDS_SESSIONS:
            yield from _in_body(route, method, own, seen)


def _methods(route: Route, seen: Person) -> list[str]:
    """Those that the address answers, found out with ids of nothing."""
    nothing = {name: uuid7() for name in route.arguments}
    asked = {
        method: Position(route, method, "none", "", nothing).ask(seen, "")
        for method in METHODS[route.host]
        if route.name not in ENDS_SESSIONS
    }
    wrong = HTTPStatus.METHOD_NOT_ALLOWED
    return [method for method, answer in asked.items() if answer.status_code != wrong]


def _in_query(route: Route, own: dict[str, object]) -> Iterator[Position]:
    for name in sorted({*_read(route, "GET"), *_documented(route, "query"), *PAGING}):
        yield Position(route, "GET", "cursor" if name in PAGING else "query", name, own)
    yield Position(route, "GET", "header", "all", own)


def _in_body(route: Route, method: str, own: dict[str, object], seen: Person) -> Iterator[Position]:
    fields = _documented(route, method) or {*_read(route, "POST"), *_fields(route, own, seen)}
    for name in sorted(fields):
        yield Position(route, method, "body", name, own)


def _read(route: Route, what: str) -> set[str]:
    return set(READ[what].findall(inspect.getsource(sys.modules[route.view.__module__])))


def _fields(route: Route, own: dict[str, object], seen: Person) -> set[str]:
    """Of the form that stands on the page of the same address."""
    answer = Position(route, "GET", "none", "", own).ask(seen, "")
    if answer.streaming or answer.status_code != HTTPStatus.OK:
        return set()
    return set(FIELD.findall(answer.content.decode(errors="replace"))) - {"csrfmiddlewaretoken"}


def _documented(route: Route, what: str) -> set[str]:
    """Names in the OpenAPI document: query parameters, or properties of the method's body."""
    path = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route.path)
    described = document()["paths"].get(path, {})
    if what == "query":
        parameters = described.get("get", {}).get("parameters", [])
        return {each["name"] for each in parameters if each["in"] == "query"}
    body = described.get(what.lower(), {}).get("requestBody", {}).get("content", {})
    schema = body.get("application/json", {}).get("schema", {})
    named = schema.get("$ref", "").rpartition("/")[2]
    return set(document()["components"]["schemas"].get(named, schema).get("properties", {}))
