"""What a password has to be, and that none is asked to change."""

import threading

import pytest

from accounts import hashers, password_policy
from accounts.models import User
from accounts.password_policy import problems
from tenancy.scope import platform_scope
from tests.accounts.signing_in import PASSWORD, browser_of, make_member, staff_browser

WORDS = ["Mara Quennell", "mara.quennell@elmstreet.example", "Elm Street Clinic"]
GOOD = "violet harbor tunes"


@pytest.mark.parametrize(
    ("password", "stands_alone", "words"),
    [
        (GOOD, True, []),
        ("v1olet+Harb0r", False, []),
        ("v1olet+Harb0r", True, ["Use at least 15 characters."]),
        ("short pass", False, ["Use at least 12 characters."]),
        ("x" * 129, False, ["Use at most 128 characters."]),
        ("1234567890123456", True, None),
        ("elmstreetclinic1", True, None),
        ("maraquennell2026", True, None),
        ("qwertyuiopasdfgh", True, None),
    ],
)
def test_says_what_keeps_a_password_from_being_chosen(password, stands_alone, words):
    found = problems(password, words=WORDS, stands_alone=stands_alone)
    assert found == words if words is not None else len(found) == 1


def test_knows_what_many_people_use():
    assert (
        problems("unbelievable", words=[], stands_alone=False)
        == ["Many people use this password. Choose another one."]
        or "unbelievable" not in password_policy._common.passwords
    )
    common = max(password_policy._common.passwords, key=len)
    assert problems(common, words=[], stands_alone=False) == [
        "Many people use this password. Choose another one."
    ]


def test_is_the_same_however_a_keyboard_composed_it(clinic):
    composed, decomposed = "Käsekuchen mit Öl und Rum", "Käsekuchen mit Öl und Rum"
    user = make_member(clinic)
    with platform_scope():
        user.set_password(password_policy.normalized(decomposed))
        assert password_policy.matches(composed, user)
        user.set_password(decomposed)  # as before the rule
        assert password_policy.matches(decomposed, user)


def test_a_password_in_use_stays_and_a_new_one_is_checked(clinic):
    user = make_member(clinic)
    with platform_scope():
        user.set_password("password")
        user.save(update_fields=["password"])
    browser = staff_browser()
    assert browser.post("/login/", {"email": user.email, "password": "password"}).status_code == 302

    browser = browser_of(make_member(clinic, "owner", "Olive Owner"))
    answer = browser.post(
        "/account/password/", {"current": PASSWORD, "password": "elmstreetclinic"}
    )
    page = answer.content.decode()
    assert (answer.status_code, "This is easy to guess." in page) == (422, True)
    assert (
        browser.post("/account/password/", {"current": PASSWORD, "password": GOOD}).status_code
        == 302
    )


@pytest.fixture
def with_argon2(settings):
    """The hasher of production; tests have a quick one otherwise."""
    settings.PASSWORD_HASHERS = ["accounts.hashers.PasswordHasher"]


def hashes_of(password: str, user: User | None) -> int:
    """How many Argon2 hashes a try costs: what its time is made of."""
    counted = []
    slot = hashers.slot

    def counting():
        counted.append(1)
        return slot()

    hashers.slot = counting
    try:
        password_policy.matches(password, user)
    finally:
        hashers.slot = slot
    return len(counted)


@pytest.mark.parametrize("password", ["wrong password", "Käse"])
def test_costs_the_same_whether_there_is_an_account_or_not(with_argon2, clinic, password):
    user = make_member(clinic)
    assert hashes_of(password, user) == hashes_of(password, None) > 0


def test_never_hashes_more_at_once_than_it_may(with_argon2, monkeypatch):
    monkeypatch.setattr(hashers, "LONGEST_WAIT_SECONDS", 0.05)
    inside, leave = threading.Barrier(hashers.AT_ONCE + 1), threading.Event()

    def hold():
        with hashers.slot():
            inside.wait()
            leave.wait()

    threads = [threading.Thread(target=hold) for _ in range(hashers.AT_ONCE)]
    for thread in threads:
        thread.start()
    inside.wait()
    try:
        answer = staff_browser().post("/login/", {"email": "x@y.example", "password": "guess"})
    finally:
        leave.set()
        for thread in threads:
            thread.join()

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Many people are signing in right now" in answer.content.decode()
    again = staff_browser().post("/login/", {"email": "x@y.example", "password": "guess"})
    assert again.status_code == 422
