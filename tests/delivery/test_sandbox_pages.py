"""The sandbox inbox in a browser: received mail, its TLS, and its rendering on another host."""

import re
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from delivery.models import Message
from delivery.wire.headers import message_id
from dev.sandbox.mailbox import Tls
from tests.accounts.signing_in import browser_of, make_member, staff_browser
from tests.delivery.test_sandbox_inbox import receive
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message


@pytest.fixture
def mail(settings, tmp_path) -> Path:
    settings.SANDBOX_MAIL_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def browser(clinic) -> Client:
    return browser_of(make_member(clinic))


def test_lists_what_came_and_how(browser, mail):
    receive(
        mail,
        "ada@postbox.example",
        at="2026-11-24T09:05:00+00:00",
        tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384"),
    )
    receive(mail, "omar@plainmail.example", at="2026-11-24T09:00:00+00:00")
    shown = browser.get("/sandbox/").content.decode()
    assert shown.index("TLS 1.3") < shown.index("In clear")
    assert "omar@plainmail.example" not in browser.get("/sandbox/?q=ada").content.decode()


def test_a_message_is_rendered_on_the_preview_host_only(browser, mail, settings):
    name = receive(mail, "ada@postbox.example", at="2026-11-24T09:05:00+00:00")
    page = browser.get(f"/sandbox/postbox.example/{name}/").content.decode()
    assert "<p>Hello Ada</p>" not in page
    preview = re.escape(settings.ORIGINS["preview"])
    path = re.search(rf'src="{preview}(/sandbox/[^"]+)"', page).group(1)
    preview = Client(headers={"host": settings.HOSTS["preview"]})
    answer = preview.get(path)
    assert "<p>Hello Ada</p>" in answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox allow-popups allow-popups-to-escape-sandbox;" in policy
    assert "default-src 'none'" in policy
    assert preview.get(path[:-3] + "xx/").status_code == 404


FAMILY = "home@postbox.example"


@pytest.fixture
def family(clinic, mail) -> list[UUID]:
    """A message to each of two people who share a mailbox; the names of the stored files."""
    people = [make_contact(given_name=name, email=FAMILY) for name in ("Ada", "Omar")]
    return [
        receive(
            mail, FAMILY, at="2026-11-24T09:05:00+00:00",
            message_id=message_id(make_message(person).id, "mail.elmstreet.example"),
        )
        for person in people
    ]  # fmt: skip


def test_a_shared_mailbox_tells_whose_message_is_which(browser, family):
    listed = browser.get("/sandbox/").content.decode()
    ada, omar = Message.objects.order_by("id").values_list("contact_id", flat=True)
    for contact_id, masked in ((ada, "A••••• Q."), (omar, "O••••• Q.")):
        assert re.search(rf'For <a href="/contacts/{contact_id}/">.{{0,60}}>{masked}<', listed)
    page = browser.get(f"/sandbox/postbox.example/{family[1]}/").content.decode()
    assert f'/contacts/{omar}/">' in page
    assert f'/contacts/{ada}/">' not in page
    assert "Omar" not in page.partition("</title>")[0] + listed


@pytest.mark.parametrize("workspace", ["clinic", "other_clinic"])
def test_who_a_message_is_for_is_shown_to_nobody_who_may_not_see_people(request, family, workspace):
    role = "analyst" if workspace == "clinic" else "marketer"
    stranger = browser_of(make_member(request.getfixturevalue(workspace), role))
    listed = stranger.get("/sandbox/").content.decode()
    assert listed.count(f"{FAMILY}</a>") == 2
    assert "For <a" not in listed


def test_what_was_not_received_is_not_found(browser, mail):
    name = receive(mail, "ada@postbox.example", at="2026-11-24T09:05:00+00:00")
    assert browser.get(f"/sandbox/lakepost.example/{name}/").status_code == 404


def test_strangers_sign_in_first(mail):
    assert staff_browser().get("/sandbox/").headers["Location"].startswith("/login/")
