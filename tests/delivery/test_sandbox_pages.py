"""The sandbox inbox in a browser: received mail, its TLS, and its rendering on another host."""

import re
from pathlib import Path

import pytest
from django.test import Client

from dev.sandbox.mailbox import Tls
from tests.accounts.signing_in import browser_of, make_member, staff_browser
from tests.delivery.test_sandbox_inbox import receive


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


def test_what_was_not_received_is_not_found(browser, mail):
    name = receive(mail, "ada@postbox.example", at="2026-11-24T09:05:00+00:00")
    assert browser.get(f"/sandbox/lakepost.example/{name}/").status_code == 404


def test_strangers_sign_in_first(mail):
    assert staff_browser().get("/sandbox/").headers["Location"].startswith("/login/")
