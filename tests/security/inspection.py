"""Opens pages in Chromium and tells what is wrong with each: policy, script, axe, width."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.browser import (
    DESKTOP,
    IS_CUT_OFF,
    PHONE,
    REPORT_VIOLATIONS,
    complaint,
    of_host,
    violations,
)
from tests.security.routes import Route
from tests.security.trespass import Person, addresses
from tests.security.world import World

LOOKS = list(product(("light", "dark"), (DESKTOP, PHONE)))
UNDER_WAY = ".htmx-request"  # what has asked the server for its content


@dataclass(frozen=True)
class Opening:
    """A page's address, and whose browser may open it."""

    host: str
    path: str
    browser: Client
    role: str = "anybody"


def ways(route: Route, world: World, people: list[Person], *, turn: int = 0) -> Iterator[Opening]:
    """Everybody's ways to the route's pages; `turn` says with which of them to begin.

    None if the route gives no whole page: what comes into another page is looked at there.
    """
    if not set(route.arguments) <= world.ids.keys():
        return
    able = [person for person in people if person.may(route)]
    candidates = list(product(able, addresses(route, world)))
    for number in range(len(candidates)):
        person, address = candidates[(number + turn) % len(candidates)]
        answer = person.browser.get(address)
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return
        if answer.status_code != HTTPStatus.OK:
            continue
        if answer.streaming or answer.content.lstrip()[:9].lower() != b"<!doctype":
            return
        yield Opening(route.host, address, person.browser, person.role)


class Inspector:
    """One browser context for each visitor, kept, so that a page costs its own loading only."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._pages: dict[int, Page] = {}
        self._problems: list[str] = []

    def look(self, opening: Opening, looks: list) -> list[str]:
        """What is wrong with the page, in each of the looks."""
        self._problems.clear()
        page = self._page(opening)
        page.set_viewport_size(looks[0][1])
        status = page.goto(f"{settings.ORIGINS[opening.host]}{opening.path}").status
        page.wait_for_selector(UNDER_WAY, state="detached")
        found = [] if status == 200 else [f"status {status}"]
        for theme, size in looks:
            page.set_viewport_size(size)
            page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
            place = f"{theme}, {size['width']} px"
            found += [f"{place}: {one}" for one in violations(page)]
            if page.evaluate(IS_CUT_OFF):
                found.append(f"{place}: wider than the window")
        where = f"{opening.host} {opening.path} as {opening.role}"
        return [f"{where}: {one}" for one in [*self._problems, *found]]

    def _page(self, opening: Opening) -> Page:
        if id(opening.browser) not in self._pages:
            self._pages[id(opening.browser)] = self._new_page(opening)
        return self._pages[id(opening.browser)]

    def _new_page(self, opening: Opening) -> Page:
        context = self._chromium.new_context(reduced_motion="reduce")
        context.add_cookies(
            [
                of_host(opening.host, name, morsel.value)
                for name, morsel in opening.browser.cookies.items()
            ]
        )
        context.expose_function("reportViolation", self._note)
        context.add_init_script(REPORT_VIOLATIONS)
        page = context.new_page()
        page.on("pageerror", lambda error: self._problems.append(f"script failed: {error}"))
        page.on("console", lambda message: self._problems.extend(complaint(message)))
        return page

    def _note(self, violation: str) -> None:
        self._problems.append(violation)

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()
