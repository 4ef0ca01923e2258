"""The sandbox inbox in a browser: received mail, its TLS, and its rendering on another host."""

import re
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from delivery import doors
from delivery.models import Message
from delivery.texting import sandbox
from delivery.texting.gateway_settings import GatewaySettings
from delivery.wire.headers import message_id
from dev.sandbox.mailbox import Tls
from tenancy import services as tenancy
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member, staff_browser
from tests.delivery.test_sandbox_inbox import receive
from tests.delivery.texting.phones import texted, visit_of, with_phone
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message


@pytest.fixture
def mail(settings, tmp_path) -> Path:
    settings.SANDBOX_MAIL_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def browser(clinic) -> Client:
    return browser_of(make_member(clinic))


def sent(mail: Path, to: str, **more) -> UUID:
    """What a server of the sandbox took of this workspace; the name of the stored file."""
    message = make_message(make_contact(email=to))
    at = more.pop("at", "2026-11-24T09:05:00+00:00")
    return receive(mail, to, at=at, message_id=message_id(message.id, "elm.example"), **more)


def test_lists_what_came_and_how(browser, mail):
    sent(mail, "ada@postbox.example", tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384"))
    sent(mail, "omar@plainmail.example", at="2026-11-24T09:00:00+00:00")
    shown = browser.get("/sandbox/").content.decode()
    assert shown.index("TLS 1.3") < shown.index("In clear")
    assert "omar@plainmail.example" not in browser.get("/sandbox/?q=ada").content.decode()


def test_a_message_is_rendered_on_the_preview_host_only(browser, mail, settings):
    name = sent(mail, "ada@postbox.example")
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


@pytest.mark.parametrize(
    ("workspace", "role"),
    [("clinic", "analyst"), ("clinic", "auditor"), ("other_clinic", "marketer")],
)
def test_the_mail_of_patients_is_for_who_may_see_people_of_the_workspace(
    request, family, browser, workspace, role
):
    stranger = browser_of(make_member(request.getfixturevalue(workspace), role, "Hal Stranger"))
    assert FAMILY not in stranger.get("/sandbox/").content.decode()
    letter = f"/sandbox/postbox.example/{family[0]}/"
    assert stranger.get(letter).status_code == 404
    assert browser.get(letter).status_code == 200


def test_everybody_reads_what_came_for_them(clinic, mail):
    analyst = make_member(clinic, "analyst", "Anna Analyst")
    name = receive(mail, analyst.email, at="2026-11-24T09:05:00+00:00")
    own = browser_of(analyst)
    domain = analyst.email.partition("@")[2]
    assert analyst.email in own.get("/sandbox/").content.decode()
    assert own.get(f"/sandbox/{domain}/{name}/").status_code == 200


def test_of_the_services_own_mail_an_invitation_is_shown_to_who_invites(clinic, browser, mail):
    for kind in ("invitation", "password_reset"):
        to = f"{kind}@clinics.example"
        queued = tenancy.queue_system_mail(to=to, kind=kind, context={})
        at = "2026-11-24T09:05:00+00:00"
        receive(mail, to, at=at, message_id=message_id(queued.id, "sealpost.example"))
    listed = browser_of(make_member(clinic, "admin", "Ann Admin")).get("/sandbox/")
    assert b"invitation@clinics.example" in listed.content
    assert b"password_reset@clinics.example" not in listed.content
    assert b"@clinics.example" not in browser.get("/sandbox/").content


def test_what_was_not_received_is_not_found(browser, mail):
    name = sent(mail, "ada@postbox.example")
    assert browser.get(f"/sandbox/lakepost.example/{name}/").status_code == 404


def test_strangers_sign_in_first(mail):
    assert staff_browser().get("/sandbox/").headers["Location"].startswith("/login/")


def test_shows_the_texts_of_this_workspace_to_who_may_see_people(
    browser, mail, clinic, other_clinic, settings, tmp_path
):
    settings.TEXT_GATEWAY = GatewaySettings(folder=str(tmp_path))
    assert "Text messages" not in browser.get("/sandbox/").content.decode()
    with tenant_scope(other_clinic.id):
        texted(visit_of(with_phone(make_contact(), "+12075550111")), doors.texts())
    texted(visit_of(with_phone(make_contact())), doors.texts())
    shown = browser.get("/sandbox/").content.decode()
    assert "+12075550142" in shown
    assert "your code is" in shown
    assert "+12075550111" not in shown
    assert len(sandbox.received(tmp_path)) == 2
    admin = browser_of(make_member(clinic, "admin", "Ann Admin"))
    assert "+12075550142" not in admin.get("/sandbox/").content.decode()
