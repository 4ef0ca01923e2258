"""The security headers of every address of every host, exactly; and what no answer may carry."""

import pytest
from django.conf import settings
from django.test import Client, override_settings

from config.headers import FEATURES
from tests.accounts.signing_in import browser_of, staff_browser
from tests.security import doors, trespass
from tests.security.routes import all_routes

POLICY = (
    "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; frame-src PREVIEW; img-src 'self'; object-src 'none'; script-src 'self'; "
    "style-src 'self'"
)
OFF = ", ".join(f"{feature}=()" for feature in FEATURES)
EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": OFF,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
OF_STAFF = EVERYWHERE | {
    "Permissions-Policy": OFF.replace("clipboard-write=()", "clipboard-write=(self)")
    .replace("credentials-create=()", "credentials-create=(self)")
    .replace("credentials-get=()", "credentials-get=(self)")
}
OF_PATIENTS = f"{POLICY}; require-trusted-types-for 'script'; trusted-types 'none'"
OF_LINKS = EVERYWHERE | {"Content-Security-Policy": OF_PATIENTS}
OF_PORTAL = OF_LINKS | {
    "Permissions-Policy": OFF.replace("credentials-create=()", "credentials-create=(self)").replace(
        "credentials-get=()", "credentials-get=(self)"
    )
}
OF_HOST = {"staff": OF_STAFF, "portal": OF_PORTAL, "links": OF_LINKS}
# What else an answer may say; anything new has to be thought about here.
HARMLESS = {
    "Allow", "Clear-Site-Data", "Content-Disposition", "Content-Language", "Content-Length", "Content-Type",
    "HX-Redirect", "HX-Refresh", "HX-Retarget", "HX-Reswap", "HX-Push-Url", "HX-Trigger", "Location",
    "RateLimit", "RateLimit-Policy", "Retry-After", "Vary", "WWW-Authenticate",
}  # fmt: skip
# The empty page in the portal into which a message is written.
FRAME = OF_PORTAL | {
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "base-uri 'none'; connect-src 'none'; default-src 'none'; "
    "font-src 'none'; form-action 'none'; frame-ancestors 'self'; frame-src 'none'; "
    "img-src 'self' data:; object-src 'none'; script-src 'none'; style-src 'unsafe-inline'",
}


def wrong(response, expected):
    """Headers that are missing, differ, or that nobody has thought about."""
    said = {name.title(): value for name, value in response.headers.items()}
    preview = settings.ORIGINS["preview"]
    wanted = {name.title(): it.replace("PREVIEW", preview) for name, it in expected.items()}
    known = wanted.keys() | {name.title() for name in HARMLESS}
    found = {
        name: said.get(name) for name in wanted if _sorted(said.get(name)) != _sorted(wanted[name])
    }
    return found | {name: said[name] for name in said.keys() - known}


def _sorted(value):
    return value and sorted(value.split("; "))


@pytest.fixture(scope="module")
def browsers(elm):
    """Somebody who may see most, for each host."""
    keyed = trespass.people_of(elm, "api")[0].browser
    hosts = {host: Client(headers={"host": settings.HOSTS[host]}) for host in settings.HOSTS}
    return hosts | {"staff": browser_of(elm.people["admin"]), "api": keyed}


def values(route, elm):
    return {name: elm.ids[name][0] if name in elm.ids else "made-up" for name in route.arguments}


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_says_all_of_them(elm, browsers, method):
    found, seen = {}, set()
    for route in all_routes():
        answer = getattr(browsers[route.host], method)(route.address(values(route, elm)))
        expected = OF_HOST.get(route.host, EVERYWHERE)
        if route.path.startswith("oauth/"):
            expected = expected | {"Pragma": "no-cache"}  # RFC 6749 5.1
        seen.add(answer.status_code)
        if problems := wrong(answer, expected):
            found[f"{method} {route}"] = problems
    assert found == {}
    assert {200, 403, 404} <= seen


def test_pages_for_patients_say_them_when_they_open(elm):
    """Around a message a frame of our own is allowed; inside it styles are, and nothing else."""
    around = OF_PATIENTS.replace("PREVIEW", "PREVIEW 'self'")
    opened = doors.of_patients(elm)
    for way in (*opened["portal"], *opened["links"]):
        is_message = way.path.endswith("/message")
        policy = {"Content-Security-Policy": around} if is_message else {}
        expected = OF_HOST.get(way.host, EVERYWHERE) | policy
        assert wrong(way.browser.get(way.path), expected) == {}, way.path
        if is_message:
            frame = way.browser.get(way.path.removesuffix("message") + "frame")
            assert (frame.status_code, wrong(frame, FRAME)) == (200, {})


@pytest.mark.parametrize(
    "address", ["/healthz", "/readyz", "/nowhere/", "/static/nothing.css", "/%00/", "/login/?%zz"]
)
@pytest.mark.parametrize("host", settings.HOSTS)
def test_so_does_what_no_view_answers(host, address):
    answer = Client(headers={"host": settings.HOSTS[host]}).get(address)
    assert wrong(answer, OF_HOST.get(host, EVERYWHERE)) == {}


def test_a_name_that_is_not_ours_is_refused_under_the_same_headers():
    answer = Client(headers={"host": "app.evil.example"}).get("/")
    assert (answer.status_code, wrong(answer, EVERYWHERE)) == (400, {})


def test_a_static_file_may_be_kept_and_is_for_our_own_pages(elm):
    answer = staff_browser().get("/static/css/tokens.css")
    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("max-age=")
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_over_tls_the_browser_is_told_to_stay_there():
    with override_settings(SECURE_HSTS_SECONDS=63_072_000):
        answer = staff_browser().get("/login/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"


def test_signing_out_clears_what_the_browser_kept(elm):
    answer = browser_of(elm.people["analyst"]).post("/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


def test_a_header_that_is_missing_or_new_is_found():
    answer = staff_browser().get("/login/")
    del answer.headers["X-Frame-Options"]
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Referrer-Policy"] = "unsafe-url"
    assert wrong(answer, OF_STAFF) == {
        "X-Frame-Options": None,
        "Access-Control-Allow-Origin": "*",
        "Referrer-Policy": "unsafe-url",
    }
