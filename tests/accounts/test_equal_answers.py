"""Nothing tells a stranger whether an address has an account: neither the answer nor the work done for it."""

import re
from contextlib import ExitStack
from dataclasses import dataclass, fields

import pytest
from django.db import connections

from tenancy.ids import uuid7
from tests.accounts.authenticator import Authenticator
from tests.accounts.signing_in import browser_of, make_member, make_user, staff_browser
from tests.accounts.telltales import KNOWN, TELLTALES, CountingHasher, Telltale
from tests.accounts.test_passkeys import set_up

# What is new with each request: form tokens, nonces, challenges, the second at which a cookie ends.
TOKEN = re.compile(r"[\w-]{20,}|\d\d:\d\d:\d\d")
# Random, or signed and packed as it comes out shorter.
VALUE_OF_COOKIE = re.compile(r"=[^;]*;?")
# What differs within a statement from one run to the next: contexts, savepoints, ids.
VALUE = re.compile(r"'[^']*'|\bs\d+_x\d+\b|\d+")


@dataclass(frozen=True)
class Trace:
    """All that a request showed, and all the work that it made."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: str
    statements: list[str]
    hashes: int


def trace(browser, path, form):
    statements, before = [], CountingHasher.hashes

    def note(execute, statement, *arguments):
        statements.append(VALUE.sub("?", str(statement)))
        return execute(statement, *arguments)

    with ExitStack() as stack:
        for connection in connections.all():
            # Keys are asked for news every five seconds, whoever comes.
            if connection.alias != "keys":
                stack.enter_context(connection.execute_wrapper(note))
        answer = browser.post(path, form)
    return Trace(
        answer.status_code,
        {name: _plain(value, form) for name, value in answer.headers.items()},
        [
            _plain(VALUE_OF_COOKIE.sub("=VALUE;", str(it), count=1), form)
            for it in answer.cookies.values()
        ],
        _plain(answer.content.decode(), form),
        statements,
        CountingHasher.hashes - before,
    )


def _plain(text, form):
    return TOKEN.sub("TOKEN", text.replace(form["email"], "EMAIL"))


def differences(one, other):
    return [it.name for it in fields(Trace) if getattr(one, it.name) != getattr(other, it.name)]


def unknown():
    return f"nobod-{uuid7().hex[-12:]}@clinic.example"


def known(clinic, role="marketer"):
    return make_member(clinic, role, "Known Person").email


@pytest.fixture(autouse=True)
def counted(settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.telltales.CountingHasher"]


def with_password(browser, email):
    return trace(browser, "/login/", {"email": email, "password": "not the right one"})


def forgotten(browser, email):
    return trace(browser, "/login/forgotten/", {"email": email})


def passkey(browser, email):
    return trace(browser, "/login/passkey/options/", {"email": email})


@pytest.fixture(params=[with_password, forgotten, passkey], ids=lambda door: door.__name__)
def door(request, clinic):
    """A page that takes an address from anybody, once it has done what only the first request does."""
    request.param(staff_browser(), unknown())
    return request.param


@pytest.fixture(params=["member", "operator", "of no workspace", "with a passkey"])
def address(request, clinic):
    """An address that has an account."""
    match request.param:
        case "member":
            return known(clinic)
        case "with a passkey":
            user = make_member(clinic, "marketer", "Known Person")
            set_up(browser_of(user), Authenticator())
            return user.email
    return make_user("Known Person", is_operator=request.param == "operator").email


def test_an_address_is_answered_alike_whether_it_is_known_or_not(door, address):
    told = door(staff_browser(), address)
    assert differences(told, door(staff_browser(), unknown())) == []


def test_the_comparison_saw_work(clinic):
    """Otherwise two empty lists would be alike."""
    seen = with_password(staff_browser(), unknown())
    assert (seen.status, seen.hashes) == (422, 1)
    assert sum("accounts_user" in statement for statement in seen.statements) == 1
    asked = forgotten(staff_browser(), unknown())
    assert (asked.status, asked.hashes) == (200, 0)
    assert sum("tenancy_systemmail" in statement for statement in asked.statements) == 1


@pytest.mark.parametrize("door", [with_password, forgotten])
def test_whoever_asks_too_often_waits_alike(door, clinic):
    one, other = staff_browser(), staff_browser()
    address, nobody = known(clinic), unknown()
    for _ in range(4):
        told, also = door(one, address), door(other, nobody)
    assert "Too many tries" in told.body
    assert differences(told, also) == []


def test_an_invitation_sent_again_tells_nothing_about_other_workspaces(clinic, other_clinic):
    owner = make_member(clinic, "owner", "Olive Owner")
    elsewhere, nowhere = known(other_clinic), unknown()
    for round_ in ("first", "again"):
        told, also = (
            trace(
                browser_of(owner), "/settings/people/invite/", {"email": address, "role": "analyst"}
            )
            for address in (elsewhere, nowhere)
        )
        assert (told.status, round_, differences(told, also)) == (302, round_, [])


@pytest.mark.parametrize("telltale", TELLTALES)
def test_a_planted_difference_is_found(clinic, settings, telltale):
    settings.MIDDLEWARE = [f"{Telltale.__module__}.Telltale", *settings.MIDDLEWARE]
    settings.TELLTALE = telltale
    address = known(clinic)
    assert address.startswith(KNOWN)
    with_password(staff_browser(), unknown())
    found = differences(
        with_password(staff_browser(), address), with_password(staff_browser(), unknown())
    )
    assert telltale in found
