from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership
from accounts.services import sign_in
from tenancy.ids import uuid7
from tenancy.scope import platform_scope
from tests.accounts.signing_in import PASSWORD, make_member, staff_browser


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_prints_a_code_that_signs_in_and_after_it_the_next_one(clinic):
    user = make_member(clinic)
    first = said("one_time_code", "--user", user.email).split()[0]
    browser = staff_browser()
    browser.post("/login/", {"email": user.email, "password": PASSWORD})
    assert browser.post("/login/code/", {"code": first}).status_code == 302

    assert said("one_time_code", "--user", user.email).split()[0] != first


def test_refuses_to_print_codes_in_production(clinic, settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="people's own phones"):
        said("one_time_code")


def test_creates_the_owner_of_a_workspace(clinic):
    email = f"olive-{uuid7().hex[-12:]}@clinic.example"
    password = said("create_user", email, "Olive Owner", "--workspace", clinic.slug).strip()

    assert Membership.objects.get(user__email=email).role == "owner"
    with platform_scope():
        assert sign_in.check_password(email, password, address="192.0.2.7").name == "Olive Owner"


def test_creates_an_operator_without_a_workspace():
    email = f"otto-{uuid7().hex[-12:]}@platform.example"
    password = said("create_user", email, "Otto Operator", "--operator").strip()
    with platform_scope():
        assert sign_in.check_password(email, password, address="192.0.2.8").is_operator


def test_names_a_missing_workspace_and_creates_nobody():
    email = f"ada-{uuid7().hex[-12:]}@clinic.example"
    with pytest.raises(CommandError, match="no workspace nowhere"):
        said("create_user", email, "Ada", "--workspace", "nowhere")
    with platform_scope(), pytest.raises(sign_in.SignInRefused):
        sign_in.check_password(email, "x", address="192.0.2.9")
