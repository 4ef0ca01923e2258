"""A production that would expose PHI is refused by `check --deploy`."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from compliance.setting_checks import RULES, refuse_loose_settings
from delivery.texting.gateway_settings import GatewaySettings

SAFE = {
    "PUBLIC_SCHEME": "https",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "DELIVERY_ALLOW_LOOPBACK": False,
    "DELIVERY_ZONE_FILE": "",
    "DELIVERY_CA_FILE": "",
    "DEBUG": False,
    "SECURE_HSTS_SECONDS": 63_072_000,
    "PACE_FACTOR": 1,
    "PASSWORD_HASHERS": ["accounts.hashers.PasswordHasher"],
    "SANDBOX_MAIL_DIR": "",
}
# A value that is less strict, for each setting that has a strict one.
LOOSE = {
    "FETCH_DOOR": "tests.web_server.open_door",
    "COOKIE_PREFIX": "",
    "SECURE_HSTS_SECONDS": 3600,
    "LOGGING": {"formatters": {"line": {"format": "%(message)s"}}},
    "PACE_FACTOR": 2,
    "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.TemporaryFileUploadHandler"],
    "MIDDLEWARE": [name for name in settings.MIDDLEWARE if not name.endswith("OriginMiddleware")],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "CELERY_TASK_IGNORE_RESULT": False,
    "CELERY_WORKER_SEND_TASK_EVENTS": True,
    "ALLOWED_HOSTS": ["*"],
    "SANDBOX_MAIL_DIR": "/mail",
    "SECRET_KEY": "short",
    "SECRET_KEY_FALLBACKS": ["a key of years ago"],
    "DELIVERY_DNS": "8.8.8.8:53",
    "TEXT_GATEWAY": GatewaySettings(folder="/texts"),
    "SESSION_COOKIE_HTTPONLY": False,
    "CSRF_COOKIE_HTTPONLY": False,
    "SESSION_COOKIE_SAMESITE": "None",
    "WHITENOISE_ALLOW_ALL_ORIGINS": True,
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
        ({"DELIVERY_ZONE_FILE": "/zone.json"}, "E004"),
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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.setting)
def test_refuses_a_setting_that_is_less_strict(rule):
    assert found(**{rule.setting: LOOSE[rule.setting]}) == [f"compliance.{rule.id}"]


@pytest.mark.parametrize(
    ("resolver", "is_refused"),
    [("127.0.0.1:53", False), ("[::1]:5353", False), ("10.0.0.1:53", True), ("localhost:53", True),
     ("127.0.0.1", True)],
)  # fmt: skip
def test_signatures_are_believed_from_this_machine_only(resolver, is_refused):
    assert found(DELIVERY_DNS=resolver) == ["compliance.E026"] * is_refused


def test_ciphers_that_are_not_approved_are_refused():
    """Without OPENSSL_CONF, as a process finds itself on a machine that nobody set up."""
    check = (
        "import django; from django.conf import settings; settings.configure();"
        "from compliance.checks import check_ciphers; print([e.id for e in check_ciphers()])"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", check], cwd=settings.BASE_DIR, env=variables, check=True,
            capture_output=True, text=True,
        ).stdout.strip()
        for variables in ({"OPENSSL_CONF": os.environ["OPENSSL_CONF"]}, {})
    ]  # fmt: skip
    assert told == ["[]", "['compliance.E028']"]


def test_walls_in_another_order_are_refused():
    assert found(MIDDLEWARE=settings.MIDDLEWARE[::-1]) == ["compliance.E013"]


def test_each_rule_has_a_number_of_its_own():
    assert len({rule.id for rule in RULES}) == len(RULES) == len(LOOSE)


def test_a_production_process_does_not_start_with_a_loose_setting():
    with override_settings(**SAFE, IS_PRODUCTION=True):
        refuse_loose_settings()
    with override_settings(**{**SAFE, "PACE_FACTOR": 2}, IS_PRODUCTION=True):
        with pytest.raises(
            ImproperlyConfigured, match=r"compliance\.E011: Nobody would be stopped"
        ):
            refuse_loose_settings()
    refuse_loose_settings()
