"""Checkpoints leave for places outside, and evidence is held against what left."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from accounts.roles import Role
from audit import anchoring, sequencing
from audit.models import Anchor, Anchoring, AuditEvent
from compliance.services.anchoring import send_due
from tenancy import clock
from tenancy.fetch import Door
from tenancy.models import SystemMail
from tests.accounts.signing_in import make_member
from tests.audit.exports import export, verdict, write_events
from tests.smtp_server import Certificates
from tests.web_server import NAME, WebServer

NOWHERE = Door(resolve=lambda _: [])


def test_a_download_is_kept_and_recorded(clinic, nurse, tmp_path, capsys):
    write_events(nurse)
    path = tmp_path / "anchor.txt"
    path.write_bytes(anchoring.download(actor=nurse))
    anchor = Anchor.objects.get()
    assert (anchor.way, anchor.size, anchor.note) == ("download", 5, path.read_text())
    assert AuditEvent.objects.get(action="checkpoint.taken").detail == {"size": 5}
    assert verdict(capsys, export(tmp_path / "export.zip", nurse), "--against", path)[0] == 0


def test_nothing_can_be_downloaded_before_the_first_event(clinic, nurse):
    with pytest.raises(anchoring.NothingToAnchor):
        anchoring.download(actor=nurse)
    assert not Anchor.objects.exists()


def test_no_way_is_on_until_somebody_chooses_it(clinic, nurse):
    write_events(nurse)
    assert clinic.id not in anchoring.tenants_due()
    send_due(NOWHERE)
    assert not Anchor.objects.exists()


def test_officers_get_it_by_mail_once_a_day(clinic, nurse):
    officer = make_member(clinic, Role.COMPLIANCE_OFFICER)
    make_member(clinic, Role.MARKETER, "Someone Else")
    anchoring.choose_ways(by_mail=True, webhook_url=None, actor=nurse)
    assert clinic.id in anchoring.tenants_due()
    for _ in range(2):
        send_due(NOWHERE)
    mail = SystemMail.objects.get(kind="checkpoint")
    anchor = Anchor.objects.get()
    assert (mail.to, mail.context["note"]) == (officer.email, anchor.note)
    page = resolve(urlsplit(mail.context["link"]).path, "config.urls.staff")
    assert page.view_name == "compliance:integrity"
    assert clinic.id not in anchoring.tenants_due()
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        send_due(NOWHERE)
    assert Anchor.objects.filter(way="mail").count() == 2


def test_a_system_that_is_not_there_is_asked_again_in_an_hour(clinic, nurse):
    anchoring.choose_ways(by_mail=False, webhook_url="https://hooks.clinic.example/a", actor=nurse)
    send_due(NOWHERE)
    anchor, ways = Anchor.objects.get(), Anchoring.objects.get()
    assert (anchor.way, anchor.problem) == ("webhook", "not_reached")
    assert timedelta(minutes=59) < ways.webhook_due_at - clock.now() <= timedelta(hours=1)


def test_a_system_gets_the_signed_note(clinic, nurse, tmp_path):
    certificates = Certificates(tmp_path)
    server = WebServer(certificates.valid(NAME))
    with server.serving():
        url = server.url("/anchors")
        anchoring.choose_ways(by_mail=False, webhook_url=url, actor=nurse)
        send_due(server.door(certificates.ca_file, resolve=lambda _: ["127.0.0.1"]))
    anchor = Anchor.objects.get()
    assert (anchor.way, anchor.problem) == ("webhook", "")
    body = json.loads(server.asked[-1].partition(b"\r\n\r\n")[2])
    assert (body["type"], body["note"]) == ("audit.checkpoint", anchor.note)
    assert body["key"].startswith(f"{sequencing.origin(clinic.id)}+")
