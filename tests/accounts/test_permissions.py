"""The table of roles and permissions, cell by cell, and that every view names a row of it."""

import importlib

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.permissions import PERMISSIONS, requires, role_may
from accounts.roles import Role
from audit.models import AuditEvent
from tests.accounts.signing_in import browser_of, make_member, make_user

ROLES = ("owner", "admin", "marketer", "analyst", "compliance_officer", "auditor")
# One letter for a role that may, a dot for one that may not, in the order of ROLES.
TABLE = {
    "account.own": "oamncu",
    "contacts.view": "oam.cu",
    "contacts.reveal": "o.m.c.",
    "contacts.reveal_special": "o...c.",
    "contacts.edit": "o.m...",
    "contacts.import": "o.m...",
    "contacts.export": "o.m.c.",
    "contacts.export_allow": "o...c.",
    "contacts.erase": "o...c.",
    "segments.view": "oamncu",
    "segments.edit": "o.m...",
    "templates.view": "oamncu",
    "templates.edit": "o.m...",
    "campaigns.view": "oamncu",
    "campaigns.edit": "o.m...",
    "campaigns.submit": "o.m...",
    "campaigns.approve": "....c.",
    "campaigns.send": "o.m...",
    "campaigns.stop": "oam.c.",
    "reports.view": "oamncu",
    "reports.people": "o.m.c.",
    "undelivered.settle": "o.m.c.",
    "domains.view": "oam.cu",
    "domains.edit": "oa....",
    "policy.view": "oa..cu",
    "policy.edit": "o...c.",
    "suppressions.view": "oam.cu",
    "suppressions.edit": "o.m.c.",
    "baa.view": "oa..cu",
    "baa.sign": "o.....",
    "audit.view": "o...cu",
    "audit.edit": "o...c.",
    "audit.review": "o...cu",
    "audit.evidence": "o...cu",
    "alerts.view": "o...cu",
    "alerts.answer": "o...c.",
    "users.view": "oa..cu",
    "users.edit": "oa....",
    "api_keys.view": "oa..cu",
    "emergency.take": "oa....",
    "emergency.review": "o...c.",
    "support.open": "oa....",
    "api_keys.edit": "oa....",
    "api_keys.allow_phi": "....c.",
    "keys.view": "oa..cu",
    "ending.view": "oa..cu",
    "ending.ask": "o.....",
    "ending.allow": "o...c.",
    "keys.edit": "oa....",
    "settings.view": "oamncu",
    "operator.tenants": "......",
}
CHANGES = ("edit", "import", "export", "submit", "approve", "send", "stop", "sign", "reveal")


@pytest.mark.parametrize("permission", sorted(TABLE.keys() | PERMISSIONS.keys()))
def test_each_role_may_exactly_what_the_table_says(permission):
    may = [role_may(role, permission) for role in ROLES]
    assert may == [cell != "." for cell in TABLE[permission]]


def test_nobody_both_writes_and_approves_campaigns():
    assert PERMISSIONS["campaigns.edit"] & PERMISSIONS["campaigns.approve"] == set()


def test_who_manages_people_as_administrator_sees_no_phi():
    assert Role.ADMIN not in PERMISSIONS["contacts.reveal"] | PERMISSIONS["contacts.export"]


def test_an_auditor_changes_nothing():
    changing = {name for name in PERMISSIONS if name.rpartition(".")[2] in CHANGES}
    assert [name for name in changing if role_may("auditor", name)] == []


def views(patterns, prefix=""):
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def undeclared(patterns):
    return [path for path, view in views(patterns) if not hasattr(view, "access")]


@pytest.mark.parametrize("host", settings.HOSTS)
def test_every_view_says_who_may_see_it(host):
    assert undeclared(get_resolver(f"config.urls.{host}").url_patterns) == []


def test_a_view_that_says_nothing_is_found_and_answers_nobody(client, settings):
    urlconf = importlib.import_module("tests.accounts.undeclared_urls")
    assert undeclared(urlconf.urlpatterns) == ["planted/"]

    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "hosts" not in name]
    settings.ROOT_URLCONF = "tests.accounts.undeclared_urls"
    client.raise_request_exception = False
    assert client.get("/planted/", headers={"host": "app.localhost"}).status_code == 500


def test_refuses_a_permission_that_is_not_in_the_table():
    with pytest.raises(ValueError, match="not in the table"):
        requires("contacts.look")


def test_a_refusal_is_recorded_and_says_who_may(clinic):
    make_member(clinic, "owner", "Olive Owner")
    answer = browser_of(make_member(clinic, "analyst")).get("/settings/people/")

    assert answer.status_code == 403
    page = answer.content.decode()
    assert "owners, administrators, compliance officers and auditors may do this" in page
    assert "Ask Olive Owner" in page
    denied = AuditEvent.objects.get(outcome="denied")
    assert (denied.action, denied.detail) == ("users.view", {"reason": "role"})


def test_an_operator_reaches_the_list_of_workspaces_and_nothing_inside():
    browser = browser_of(make_user("Otto Operator", is_operator=True))
    assert browser.get("/operator/").status_code == 200
    assert browser.get("/settings/people/").status_code == 403


def test_members_do_not_reach_the_operators_page(owners_browser):
    answer = owners_browser.get("/operator/")
    assert answer.status_code == 403
    assert "Only the operators of the platform" in answer.content.decode()
