"""Requests for one clinic's objects by people of another, and by its own: what is wrong with the answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product

from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client

from accounts.models import User
from accounts.permissions import FOR_OPERATORS, PERMISSIONS
from tests.accounts.signing_in import browser_of
from tests.security.routes import Route
from tests.security.world import World

METHODS = {"staff": ("GET", "POST"), "api": ("GET", "POST", "PUT", "PATCH", "DELETE")}
NOT_THAT_WAY = HTTPStatus.METHOD_NOT_ALLOWED
# An answer that only somebody gets whose object was found; 409 and 422 refuse what was asked of it.
FOUND = {200, 201, 202, 204, 302, 409, 422}
# What an API route has to be sent before it looks for anything.
BODIES = {"api /api/v1/contacts/<uuid:contact_id>/route": '{"prefers_portal": true}'}


@dataclass(frozen=True)
class Person:
    """Somebody at a browser, or a system with a key; `role` decides what a view lets them try."""

    role: str
    browser: Client

    def may(self, route: Route) -> bool:
        if route.is_public or self.role == "system":
            return True
        if self.role == "operator":
            return route.access in FOR_OPERATORS
        return self.role in PERMISSIONS[route.access]

    def ask(self, route: Route, method: str, address: str) -> HttpResponseBase:
        body = BODIES.get(str(route), "")
        kind = "application/json" if route.host == "api" else "application/x-www-form-urlencoded"
        return self.browser.generic(method, address, body, content_type=kind)


def people_of(world: World, host: str) -> list[Person]:
    """One of each role, or the one system."""
    if host == "api":
        headers = {"host": settings.HOSTS["api"], "authorization": f"Bearer {world.api_key}"}
        return [Person("system", Client(headers=headers))]
    return [Person(role, browser_of(user)) for role, user in world.people.items()]


def operator(user: User) -> Person:
    return Person("operator", browser_of(user))


def addresses(route: Route, world: World) -> Iterator[str]:
    """The route to each of the clinic's objects."""
    for values in product(*(world.ids[name] for name in route.arguments)):
        yield route.address(dict(zip(route.arguments, values, strict=True)))


def trespasses(routes: Iterable[Route], owner: World, strangers: list[Person]) -> list[str]:
    """Answers to strangers that are not 404, or 403 where their role may not even ask.

    Everybody tries one object of each kind; the first whose role may ask tries all of them.
    """
    found = []
    for route in routes:
        boldest = next((one for one in strangers if one.may(route)), strangers[0])
        tried = list(addresses(route, owner))
        methods = [
            method
            for method in METHODS[route.host]
            if boldest.ask(route, method, tried[0]).status_code != NOT_THAT_WAY
        ]
        if not methods:
            found.append(f"{route} answers no method")
        for person, method in product(strangers, methods):
            expected = HTTPStatus.NOT_FOUND if person.may(route) else HTTPStatus.FORBIDDEN
            wanted = tried if person is boldest else tried[:1]
            statuses = {person.ask(route, method, address).status_code for address in wanted}
            found += [f"{method} {route} as {person.role}: {it}" for it in statuses - {expected}]
    return found


def denied_owners(routes: Iterable[Route], owner: World, insiders: list[Person]) -> list[str]:
    """Routes and methods on which nobody of the clinic itself reaches any of its objects."""
    found = []
    # Looking comes first: what is removed by a POST cannot be looked at.
    for method, route in ((m, r) for m in METHODS["api"] for r in routes if m in METHODS[r.host]):
        statuses = set(_tries(route, method, owner, insiders))
        if not statuses & FOUND and statuses != {NOT_THAT_WAY}:
            found.append(f"{method} {route}: {sorted(statuses)}")
    return found


def _tries(route: Route, method: str, owner: World, insiders: list[Person]) -> Iterator[int]:
    """Statuses, until the first that shows the object was found."""
    for person, address in product(insiders, addresses(route, owner)):
        if not person.may(route):
            continue
        answer = person.ask(route, method, address)
        is_sent_away = answer.headers.get("Location", "").startswith("/login/")
        yield HTTPStatus.FORBIDDEN if is_sent_away else answer.status_code
        if answer.status_code in FOUND or answer.status_code == NOT_THAT_WAY:
            return
