"""A production that would expose PHI is refused by `check --deploy`."""

import pytest
from django.core.checks import run_checks
from django.test import override_settings

SAFE = {
    "PUBLIC_SCHEME": "https",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "DELIVERY_ALLOW_LOOPBACK": False,
    "DELIVERY_DNS_FILE": "",
    "DELIVERY_CA_FILE": "",
    "DEBUG": False,
}


def found(**changes):
    with override_settings(**{**SAFE, **changes}):
        errors = run_checks(include_deployment_checks=True)
    return [error.id for error in errors if error.id.startswith("compliance.")]


def test_a_safe_production_passes():
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"PUBLIC_SCHEME": "http"}, "E001"),
        ({"CSRF_COOKIE_SECURE": False}, "E002"),
        ({"DELIVERY_ALLOW_LOOPBACK": True}, "E003"),
        ({"DELIVERY_DNS_FILE": "/zone.json"}, "E004"),
        ({"DELIVERY_CA_FILE": "/ca.pem"}, "E004"),
        ({"DEBUG": True}, "E005"),
        (
            {
                "CONTENT_SECURITY_POLICY": {
                    "DIRECTIVES": {"default-src": ["'none'"], "script-src": ["'unsafe-inline'"]}
                }
            },
            "E006",
        ),
        ({"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"script-src": ["'self'"]}}}, "E006"),
    ],
)
def test_refuses(changes, number):
    assert found(**changes) == [f"compliance.{number}"]
