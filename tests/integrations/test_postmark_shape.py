"""Systems that were written for Postmark, with its own client and by hand."""

import json
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from contacts import services as contacts
from delivery.models import Letter, Message
from integrations.models import LetterDefaults
from tests.factories.campaigns import approved_campaign
from tests.factories.contacts import PAPER, make_contact
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, CARE, delivered, make_proven, send, signing

CLIENT = Path(__file__).with_name("clients") / "postmark.mjs"
MAIL = {
    "From": f"Elm Street Clinic <{CARE}>",
    "To": ADA,
    "Subject": "A message from your clinic",
    "TextBody": "Your glucose was 5.4.",
    "HtmlBody": "<p>Your glucose was 5.4.</p>",
    "MessageStream": "outbound",
}


@pytest.fixture
def system(clinic):
    make_proven()
    system = make_system()
    LetterDefaults.objects.create(key=system.key, purpose="treatment")
    return system


def token(system):
    return system.headers["authorization"].removeprefix("Bearer ")


def post(system, body, path="/email", **headers):
    return system.client.post(
        path, json.dumps(body), content_type="application/json",
        headers={"x-postmark-server-token": token(system), **headers},
    )  # fmt: skip


def run_client(system, port, method, argument):
    host = f"{settings.HOSTS['api']}:{port}"
    command = ["node", CLIENT, host, token(system), method, json.dumps(argument)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_its_own_client_sends(system, server_port):
    report = {"Name": "a.pdf", "ContentType": "application/pdf", "Content": "JVBERi0="}
    labels = {"Tag": "results", "Metadata": {"order": "815"}}
    answer = run_client(system, server_port, "sendEmail", MAIL | labels | {"Attachments": [report]})
    assert answer | {"To": ADA, "ErrorCode": 0, "Message": "OK"} == answer
    assert answer["MessageID"] == str(Message.objects.get().pk)
    assert Letter.objects.get().labels == {"categories": ["results"], "metadata": {"order": "815"}}
    assert [part.get_filename() for part in delivered(send()).iter_attachments()] == ["a.pdf"]


def test_its_own_client_reads_why_one_of_a_batch_was_refused(system, server_port):
    batch = [
        MAIL,
        MAIL | {"From": "care@elsewhere.example"},
        MAIL | {"To": "bo@harbourmail.example"},
    ]
    answer = run_client(system, server_port, "sendEmailBatch", batch)
    assert [item["ErrorCode"] for item in answer] == [0, 300, 0]
    assert answer[1]["Message"].startswith(
        "From: Send from a domain that your workspace has proven"
    )
    assert set(send().handed_over) == {ADA, "bo@harbourmail.example"}


def test_its_own_client_is_told_of_a_wrong_token(system, server_port):
    system.headers["authorization"] = "Bearer sk_live_wrong"
    answer = run_client(system, server_port, "sendEmail", MAIL)
    assert (answer["status"], answer["code"]) == (401, 10)
    assert not Message.objects.exists()


def test_a_template_is_an_approved_campaign_with_newer_values(clinic):
    campaign = approved_campaign()
    signing(campaign.sender.domain)
    make_contact(next_visit="2026-12-02")
    body = {
        "From": CARE, "To": ADA, "TemplateAlias": str(campaign.pk),
        "TemplateModel": {"next_visit": "2026-12-24"},
    }  # fmt: skip
    system = make_system()
    assert post(system, body, "/email/withTemplate").json()["ErrorCode"] == 0
    batch = post(system, {"Messages": [body, body | {"To": ""}]}, "/email/batchWithTemplates")
    assert [item["ErrorCode"] for item in batch.json()] == [0, 300]
    letters = send().handed_over[ADA]
    assert len(letters) == 2
    assert all(b"December 24, 2026" in letter for letter in letters)


def test_who_may_not_be_written_to_is_said_at_once_and_kept(system, nurse):
    contacts.stop_everything(make_contact(), evidence=PAPER, actor=nurse)
    answer = post(system, MAIL)
    assert (answer.status_code, answer.json()["ErrorCode"]) == (422, 406)
    assert answer.json()["Message"] == "Email was refused."
    assert Message.objects.get().status == "skipped"
    assert send().handed_over == {}


def test_a_stream_is_a_purpose(system):
    assert post(system, MAIL | {"MessageStream": "payment"}).status_code == 200
    assert Letter.objects.get().purpose == "payment"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"Cc": "bo@harbourmail.example"}, "Cc"),
        ({"Bcc": "bo@harbourmail.example"}, "Bcc"),
        ({"TrackOpens": True}, "TrackOpens"),
        ({"MessageStream": "broadcasts"}, "MessageStream"),
        ({"Subject": "Your diabetes"}, "Subject"),
        ({"HtmlBody": "<form></form>"}, "HtmlBody"),
        ({"Headers": [{"Name": "X-Ward", "Value": "7"}]}, "Headers"),
        ({"Attachments": [{"Name": "a.exe", "ContentType": "application/pdf", "Content": ""}]}, "Attachments"),
        ({"From": ""}, "From"),
        ({"To": ""}, "To"),
        ({"ReplyTo": "a@x.example, b@x.example"}, "ReplyTo"),
        ({"Shoes": 38}, "Shoes"),
    ],
)  # fmt: skip
def test_refuses_what_it_does_not_do_and_names_it(system, changes, field):
    answer = post(system, MAIL | changes)
    assert (answer.status_code, answer.json()["ErrorCode"]) == (422, 300)
    assert answer.json()["Message"].startswith(f"{field}: ")
    assert not Message.objects.exists()


def test_the_same_batch_sends_once(system):
    first = post(system, [MAIL, MAIL], "/email/batch", **{"idempotency-key": "one"})
    again = post(system, [MAIL, MAIL], "/email/batch", **{"idempotency-key": "one"})
    assert again.json() == first.json()
    assert Message.objects.count() == 2
