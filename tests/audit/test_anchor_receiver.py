"""Checkpoints over HTTPS to a real receiver: what it keeps binds us, and what goes wrong is said and retried."""

from datetime import timedelta

import pytest

from audit import anchoring, notes, signing
from audit.models import Anchor, Anchoring, AuditEvent
from compliance.services.anchoring import send_due
from tenancy import clock
from tenancy.public_address import is_public
from tenancy.scope import current_tenant_id, platform_scope
from tests.accounts.signing_in import browser_of, make_member
from tests.audit.anchor_receiver import Receiver
from tests.audit.exports import export, superuser, verdict, write_events
from tests.compliance.reading import text_of
from tests.smtp_server import Certificates
from tests.web_server import NAME, WebServer, plain

PAGE = "/compliance/audit/integrity/"
HOUR = timedelta(hours=1, seconds=1)


@pytest.fixture
def certificates(tmp_path):
    return Certificates(tmp_path)


@pytest.fixture
def server(clinic, certificates):
    with WebServer(certificates.valid(NAME)).serving() as server:
        yield server


@pytest.fixture
def officer(clinic):
    return browser_of(make_member(clinic, "compliance_officer", "Cora Officer"))


@pytest.fixture
def receiver(server):
    with platform_scope():
        return Receiver(server, signing.current().public_key().public_bytes_raw())


def wanted(server, actor):
    anchoring.choose_ways(by_mail=False, webhook_url=server.url("/anchors"), actor=actor)


def test_a_receiver_keeps_what_it_verified_and_holds_the_log_to_it(
    nurse, receiver, certificates, tmp_path, capsys
):
    server, start = receiver.server, clock.now()
    door = server.door(certificates.ca_file)
    wanted(server, nurse)
    for day in range(3):
        write_events(nurse)
        with clock.at(start + timedelta(days=day, minutes=day + 1)):
            send_due(door)
            send_due(door)
        receiver.take_in()
    assert len(receiver.kept) == 3
    assert [anchor.note for anchor in Anchor.objects.order_by("anchored_at")] == receiver.kept
    newest = tmp_path / "kept.txt"
    newest.write_text(receiver.kept[-1], newline="")
    assert verdict(capsys, export(tmp_path / "whole.zip", nurse), "--against", newest)[0] == 0
    with superuser() as admin:
        admin.execute(
            "UPDATE audit_leaf SET hash = sha256('x') WHERE tenant_id = %s AND seq = 3",
            [current_tenant_id()],
        )
    code, said = verdict(capsys, export(tmp_path / "changed.zip", nurse), "--against", newest)
    assert (code, said[:7]) == (1, "FAILED:")


def test_a_receiver_takes_nothing_that_another_key_signed(
    clinic, nurse, server, receiver, certificates
):
    wanted(server, nurse)
    send_due(server.door(certificates.ca_file))
    receiver.public_key = bytes(32)
    with pytest.raises(notes.NoteInvalid):
        receiver.take_in()
    assert receiver.kept == []


# What the receiver says, with which pauses, what is kept of that, and what the page says.
ANSWERS = {
    "an error": (
        [plain(b"", status="500 Internal Server Error")],
        0.0,
        "status_500",
        "The system answered with status 500 in place of taking it.",
    ),
    "not found": (
        [plain(b"", status="404 Not Found")],
        0.0,
        "status_404",
        "The system answered with status 404 in place of taking it.",
    ),
    "a redirect": (
        [
            plain(
                b"",
                status="307 Temporary Redirect",
                more="Location: https://elsewhere.example/\r\n",
            )
        ],
        0.0,
        "redirected",
        "The server points to another address. Give that one.",
    ),
    "slowness": ([plain(b"ok")], 3.0, "too_slow", "The server took longer than five seconds."),
    "noise": ([b"hello\r\n"], 0.0, "not_http", "The server did not answer as a web server."),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_goes_wrong_is_said_and_tried_again(nurse, officer, receiver, certificates, answer):
    server = receiver.server
    server.says, server.pause, problem, sentence = ANSWERS[answer]
    door, start = server.door(certificates.ca_file, seconds=1.0), clock.now()
    with clock.at(start):
        wanted(server, nurse)
        send_due(door)
        send_due(door)
    anchor, ways = Anchor.objects.get(), Anchoring.objects.get()
    assert (anchor.way, anchor.problem) == ("webhook", problem)
    assert ways.webhook_due_at == start + timedelta(hours=1)
    assert AuditEvent.objects.get(action="checkpoint.sent").detail == {"problem": problem}
    page = text_of(officer.get(PAGE))
    assert "Did not arrive" in page
    assert sentence in page
    assert server.connections == 1

    server.asked.clear()
    server.says, server.pause = [plain(b"ok")], 0.0
    with clock.at(start + HOUR):
        send_due(server.door(certificates.ca_file))
    receiver.take_in()
    arrived = Anchor.objects.get(problem="")
    assert receiver.kept == [arrived.note]
    assert Anchoring.objects.get().webhook_due_at == start + HOUR + timedelta(days=1)
    assert "Last copy outside" in text_of(officer.get(PAGE))


UNKNOWN = {
    "untrusted": ("not_trusted", "The server has no valid certificate for this name."),
    "inside": ("not_reached", "No public server answers at this address."),
}


@pytest.mark.parametrize("way", UNKNOWN)
def test_nothing_leaves_to_who_cannot_be_told_to_be_the_receiver(
    nurse, officer, server, certificates, way
):
    """Inside is our own network, as the door sees it when it is not opened for a test."""
    problem, sentence = UNKNOWN[way]
    door = server.door(certificates.ca_file)
    if way == "untrusted":
        server.certificate = certificates.untrusted(NAME)
    else:
        door = server.door(certificates.ca_file, may_reach=is_public)
    wanted(server, nurse)
    send_due(door)
    assert Anchor.objects.get().problem == problem
    assert server.asked == []
    assert sentence in text_of(officer.get(PAGE))
