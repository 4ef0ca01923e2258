"""Events of people say how they signed in and what let them in; the page and every form of the export show it."""

import json
import zipfile

import pytest

from accounts.services import emergencies, factors, support
from accounts.services.sign_in import actor_for
from audit import evidence, formats
from audit.models import AuditEvent
from audit.services import SYSTEM
from tenancy.scope import platform_scope
from tests.accounts.authenticator import Authenticator
from tests.accounts.signing_in import (
    PASSWORD,
    browser_of,
    make_member,
    make_user,
    membership_of,
    staff_browser,
)
from tests.accounts.test_passkeys import enter, set_up
from tests.compliance.reading import text_of

LOG = "/compliance/audit/"


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


def source_of_search(browser):
    """What the event says of somebody who searches the log."""
    assert browser.get(f"{LOG}?kind=refused").status_code == 200
    return newest("audit.log_searched").source


def newest(action):
    return AuditEvent.objects.filter(action=action).latest("recorded_at", "id")


def test_password_and_app(clinic, officer):
    browser = browser_of(officer)
    assert newest("session.started").source["auth"] == "password+totp"
    assert source_of_search(browser)["auth"] == "password+totp"
    assert "access" not in source_of_search(browser)


def test_a_passkey(clinic, officer):
    authenticator = Authenticator()
    set_up(browser_of(officer), authenticator)
    browser = staff_browser()
    enter(browser, authenticator)
    assert source_of_search(browser)["auth"] == "passkey"


def test_a_recovery_code(clinic, officer):
    with platform_scope():
        (code, *_) = factors.replace_recovery_codes(officer)
    browser = staff_browser()
    browser.post("/login/", {"email": officer.email, "password": PASSWORD})
    assert browser.post("/login/recovery/", {"code": code}).status_code == 302
    assert source_of_search(browser)["auth"] == "password+recovery_code"


def test_emergency_access(clinic, officer):
    ann = make_member(clinic, "admin", "Ann Admin")
    browser = browser_of(ann)
    emergencies.take(
        reason="A patient calls", minutes=60, by=membership_of(ann, clinic), actor=actor_for(ann)
    )
    assert browser.get("/contacts/").status_code == 200
    browser.post("/settings/emergency/end/")
    source = newest("emergency.ended").source
    assert (source["auth"], source["access"]) == ("password+totp", "emergency")


def test_support_through_a_window(clinic, officer):
    owner = make_member(clinic, "owner", "Olive Owner")
    support.open_window(ticket="T-1", hours=1, actor=actor_for(owner))
    browser = browser_of(make_user("Otto Operator", is_operator=True))
    browser.post(f"/operator/{clinic.pk}/look/")
    assert browser.get("/contacts/").status_code == 200
    source = newest("support.looked").source
    assert (source["auth"], source["access"]) == ("password+totp", "support")


def test_the_service_itself_signs_in_with_nothing(clinic, nurse):
    support.open_window(ticket="T-1", hours=1, actor=nurse)
    assert "auth" not in newest("support.opened").source


def test_the_page_of_an_event_says_it(clinic, officer):
    browser = browser_of(officer)
    source_of_search(browser)
    page = text_of(browser.get(f"{LOG}{newest('audit.log_searched').pk}/"))
    assert "Signed in with password and authenticator app" in page
    assert "Let in by" not in page


def test_every_form_of_the_export_says_it(clinic, officer, tmp_path):
    source_of_search(browser_of(officer))
    event = newest("audit.log_searched")
    path = tmp_path / "export.zip"
    made = evidence.prepare(actor=SYSTEM, with_details=False)
    path.write_bytes(b"".join(made.stream()))
    with zipfile.ZipFile(path) as archive:
        lines = {name: archive.read(name).decode().splitlines() for name in archive.namelist()}
    (row,) = [json.loads(line) for line in lines["events.jsonl"] if str(event.pk) in line]
    assert json.loads(row["leaf"])["source"]["auth"] == "password+totp"
    (cef,) = [line for line in lines["events.cef"] if str(event.pk) in line]
    assert "cs4Label=signedInWith cs4=password+totp" in cef
    (fhir,) = [json.loads(line) for line in lines["events.fhir.ndjson"] if str(event.pk) in line]
    assert fhir["agent"][0]["extension"] == [
        {"url": "urn:sealpost:agent:auth", "valueString": "password+totp"}
    ]


def test_what_let_somebody_in_is_in_every_form(clinic, nurse):
    facts = AuditEvent(leaf=b"{}").facts | {
        "id": "1",
        "action": "contact.revealed",
        "outcome": "done",
        "actor": {"kind": "user", "id": "a", "name": "Ann"},
        "object": {"type": "", "id": ""},
        "recorded_at": "2026-01-01T00:00:00.000000Z",
        "source": {"auth": "passkey", "access": "emergency"},
    }
    assert "cs5Label=access cs5=emergency" in formats.cef(facts, seq=0)
    urls = [each["url"] for each in formats.fhir(facts)["agent"][0]["extension"]]
    assert urls == ["urn:sealpost:agent:auth", "urn:sealpost:agent:access"]
