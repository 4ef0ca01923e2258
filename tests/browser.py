"""A real browser on a real server, and what every page has to stand: strict policy, axe, phone width.

    pytestmark = pytest.mark.browser

    def test_a_page(open_as, owner):
        page = open_as(owner, "/settings/people/")
        assert_accessible(page)

A page that breaks the Content-Security-Policy, throws or asks for something missing fails its test.
"""

import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from accounts.models import User
from tests.accounts.signing_in import browser_of

AXE = Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# The event is the one trace of a violation that does not depend on the browser's wording.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  window.reportViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
# The sheet clips what is too wide, so the window's own width does not tell.
IS_CUT_OFF = """
[document.documentElement, document.querySelector("main")]
  .some((element) => element.scrollWidth > element.clientWidth)
"""


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="session")
def server_port(_database: None) -> Iterator[int]:
    """The application in threads of this process, on its database, with its port in every address."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, QuietHandler)
    port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    before = dict(settings.ORIGINS)
    settings.ORIGINS.update(
        {name: f"http://{host}:{port}" for name, host in settings.HOSTS.items()}
    )
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    directives["frame-src"] = [settings.ORIGINS["preview"]]
    yield port
    settings.ORIGINS.update(before)
    directives["frame-src"] = [before["preview"]]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM_PATH"), args=arguments
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(server_port: int, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address of one of our hosts in a new window. Fails the test if a page had problems."""
    problems: list[str] = []
    contexts = []

    def note(problem: str) -> None:
        problems.append(problem)

    def open_page(path: str, *, host: str = "staff", cookies: dict[str, str] | None = None) -> Page:
        context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")
        contexts.append(context)
        origin = settings.ORIGINS[host]
        context.add_cookies([of_host(host, *cookie) for cookie in (cookies or {}).items()])
        context.expose_function("reportViolation", note)
        context.add_init_script(REPORT_VIOLATIONS)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"script failed: {error}"))
        page.on("console", lambda message: problems.extend(complaint(message)))
        page.problems = problems  # type: ignore[attr-defined]
        page.goto(f"{origin}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def open_as(open_page: Callable[..., Page]) -> Callable[[User, str], Page]:
    """Opens a staff page for somebody who is signed in."""

    def open_as(user: User, path: str) -> Page:
        cookies = {name: morsel.value for name, morsel in browser_of(user).cookies.items()}
        return open_page(path, cookies=cookies)

    return open_as


def of_host(host: str, name: str, value: str) -> dict[str, object]:
    """A cookie as the browser keeps those whose name begins with __Host-."""
    return {
        "name": name, "value": value, "domain": settings.HOSTS[host], "path": "/", "secure": True
    }  # fmt: skip


def complaint(message: ConsoleMessage) -> list[str]:
    """An error that the browser wrote down, unless it only repeats the page's own status."""
    page_itself = urlsplit(message.page.url).path if message.page else ""
    is_own_status = urlsplit(message.location["url"]).path == page_itself
    return [] if message.type != "error" or is_own_status else [message.text]


def assert_accessible(page: Page) -> None:
    """No axe violation and no sideways scrolling, light and dark, on a desktop and a phone."""
    found = []
    page.wait_for_load_state()
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
            place = f"{theme}, {size['width']} px"
            found += [f"{place}: {violation}" for violation in violations(page)]
        if page.evaluate(IS_CUT_OFF):
            found.append(f"{size['width']} px: the page is wider than the window")
    page.set_viewport_size(DESKTOP)
    assert not found, "\n".join(found)


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    answer = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [
        f"{violation['id']} at {node['target']}: {node['html'][:200]}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]
