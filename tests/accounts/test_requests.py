"""Scopes, errors and small pages."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory

from accounts.middleware import StreamScopeMiddleware, in_scope
from accounts.models import Membership
from tenancy import source
from tenancy.scope import TenantContextMissing, current_tenant_id, scoped_tenant_id, tenant_scope
from tests.accounts.signing_in import browser_of, make_member, make_user, staff_browser


def parts_that_need_a_scope() -> Iterator[bytes]:
    for _ in range(3):
        yield str(current_tenant_id()).encode()


def test_streams_each_part_in_the_workspaces_scope_and_leaves_none_behind(clinic):
    with tenant_scope(clinic.id):
        parts = in_scope(parts_that_need_a_scope(), clinic.id, source.current())
    scope_outside = scoped_tenant_id()
    for part in parts:
        assert part == str(clinic.id).encode()
        assert scoped_tenant_id() == scope_outside


def test_a_streamed_answer_keeps_the_scope_of_its_view(other_clinic):
    request = RequestFactory().get("/")
    request.tenant = other_clinic
    middleware = StreamScopeMiddleware(lambda _: StreamingHttpResponse(parts_that_need_a_scope()))
    assert set(middleware(request).streaming_content) == {str(other_clinic.id).encode()}


def test_without_that_a_stream_would_have_no_scope():
    with pytest.raises(TenantContextMissing):
        next(parts_that_need_a_scope())


def test_a_page_that_does_not_exist_says_so_with_an_error_id(owners_browser):
    answer = owners_browser.get("/nowhere/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "There is nothing here" in page
    assert "name the error id" in page
    assert "Elm Street Clinic" in page


def test_a_patient_reads_plain_words_in_both_languages(browser):
    answer = browser.get("/nowhere/", headers={"host": settings.HOSTS["portal"]})
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "This page did not open" in page
    assert "Esta página no se abrió" in page
    assert "Sealpost" not in page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paints_the_chosen_theme_from_the_first_byte(browser, theme):
    browser.post("/account/theme/", {"theme": theme})
    assert f'<html lang="en" data-bs-theme="{theme}">' in browser.get("/login/").content.decode()


def test_follows_the_system_until_a_theme_is_chosen_and_refuses_others(browser):
    browser.post("/account/theme/", {"theme": "pink", "back": "//evil.example"})
    assert '<html lang="en">' in browser.get("/login/").content.decode()
    assert browser.post("/account/theme/", {"theme": "dark", "back": "//evil.example"}).url == "/"


def test_saves_name_and_time_zone(owner, owners_browser):
    form = {"name": "Olivia Owner", "time_zone": "America/Denver"}
    assert owners_browser.post("/account/", form).status_code == 302
    page = owners_browser.get("/account/").content.decode()
    assert "Olivia Owner" in page
    assert 'value="America/Denver" selected' in page


def test_shows_the_rail_of_the_role(clinic):
    page = browser_of(make_member(clinic, "analyst")).get("/settings/").content.decode()
    assert 'href="/settings/people/"' not in page
    assert 'href="/account/"' in page


def test_an_operator_opens_a_workspace_and_its_owner_is_invited():
    browser = browser_of(make_user("Otto Operator", is_operator=True))
    slug = make_user().id.hex
    form = {"name": "Birch Clinic", "slug": slug, "owner_email": "bea@birch.example"}
    assert browser.post("/operator/new/", form).url == "/operator/"
    assert "Birch Clinic" in browser.get("/operator/").content.decode()
    assert "Choose another address" in browser.post("/operator/new/", form).content.decode()


def test_an_operator_belongs_to_no_workspace(clinic):
    user = make_user("Otto Operator", is_operator=True)
    Membership.objects.create(user=user, role="owner")
    page = browser_of(user).get("/account/").content.decode()
    assert "Elm Street Clinic" not in page
    assert "Platform operator" in page


def test_the_staff_pages_exist_on_the_staff_host_only():
    browser = staff_browser()
    for name in settings.HOSTS:
        if name != "staff":
            answer = browser.get("/login/", headers={"host": settings.HOSTS[name]})
            assert answer.status_code == 404


def test_a_form_without_its_token_is_refused_in_words():
    strict = Client(enforce_csrf_checks=True, headers={"host": settings.HOSTS["staff"]})
    answer = strict.post("/login/", {"email": "a@b.example", "password": "x"})
    assert answer.status_code == 403
    assert "This form was open too long" in answer.content.decode()
