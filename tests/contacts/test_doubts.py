"""Domains one slip of the finger away from a provider's, and those that only look so."""

import pytest

from contacts.importing.doubts import MEANT, provider_meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("ogmail.com", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("yaho.com", "yahoo.com"),
        ("comcast.ne", "comcast.net"),
    ],
)
def test_one_slip_is_seen(written, meant):
    assert provider_meant(written) == meant


@pytest.mark.parametrize(
    "domain",
    [
        *MEANT,
        "ymail.com",
        "email.com",
        "mail.com",
        "gmx.com",
        "yahoo.ca",
        "hotmail.co.uk",
        "g.com",
        "",
    ],
)
def test_other_names_are_left_alone(domain):
    assert provider_meant(domain) is None
