"""Waiting after failed tries: by account, by network and by both, in a window that slides."""

from datetime import timedelta

import pytest

from accounts import delays
from accounts.delays import FREE_TRIES, LONGEST, WINDOW, Failures, wait_after
from accounts.services import failures, sign_in
from tenancy import clock
from tenancy.scope import platform_scope
from tests.accounts.signing_in import PASSWORD, make_member

NOW = clock.now()


@pytest.mark.parametrize(
    ("tries", "seconds"), [(2, 0), (3, 1), (4, 2), (5, 4), (12, 512), (13, 900), (10_000, 900)]
)
def test_waits_twice_as_long_each_time_but_never_for_ever(tries, seconds):
    assert wait_after(tries, free_tries=3) == timedelta(seconds=seconds) <= LONGEST


@pytest.mark.parametrize(
    ("after", "weight"),
    [(0, 10), (0.5, 10), (1, 10), (1.5, 5), (1.9, 1), (2, 0), (30, 0)],
)
def test_old_failures_count_less_and_less(after, weight):
    assert Failures(NOW, 10, 0).weight(NOW + after * WINDOW) == weight


def guess(email, address):
    with pytest.raises(sign_in.SignInRefused), platform_scope():
        sign_in.check_password(email, "guess", address=address)


def test_one_place_is_slowed_down_before_the_whole_account_is(clinic):
    user = make_member(clinic)
    for _ in range(FREE_TRIES["pair"]):
        guess(user.email, "198.51.100.1")
    with platform_scope():
        with pytest.raises(failures.TooManyTries):
            sign_in.check_password(user.email, PASSWORD, address="198.51.100.99")
        assert sign_in.check_password(user.email, PASSWORD, address="203.0.113.5") == user


def test_guesses_from_many_places_slow_the_account_down_for_a_while(clinic):
    user = make_member(clinic)
    for number in range(FREE_TRIES["account"]):
        guess(user.email, f"198.51.{number}.1")
    with platform_scope():
        with pytest.raises(failures.TooManyTries):
            sign_in.check_password(user.email, PASSWORD, address="203.0.113.5")
        with clock.at(clock.now() + LONGEST):
            assert sign_in.check_password(user.email, PASSWORD, address="203.0.113.5") == user


def test_guesses_at_many_accounts_slow_their_network_down():
    place = f"2001:db8:{clock.now().microsecond & 0xFFFF:x}:1::"
    for number in range(FREE_TRIES["address"]):
        guess(f"user-{number}@x.example", f"{place}{number:x}")
    with platform_scope(), pytest.raises(failures.TooManyTries):
        sign_in.check_password("another@x.example", "guess", address=f"{place}ffff")
    guess("another@x.example", "2001:db8:ffff:2::1")


def test_an_unknown_account_waits_like_a_known_one():
    for _ in range(FREE_TRIES["pair"]):
        guess("nobody-here@x.example", "198.51.100.77")
    with platform_scope(), pytest.raises(failures.TooManyTries) as refused:
        sign_in.check_password("nobody-here@x.example", "guess", address="198.51.100.77")
    assert str(refused.value) == "Too many tries. Wait 1 seconds, then try again."
    assert delays.address_group("198.51.100.77") == "198.51.100.0/24"
