"""Systems that were written for SendGrid, with its own client and by hand."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from delivery.models import Letter, Message
from integrations.models import LetterDefaults
from tenancy import clock
from tests.factories.campaigns import approved_campaign
from tests.factories.contacts import make_contact
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, CARE, delivered, make_proven, send, signing

CLIENT = Path(__file__).with_name("clients") / "sendgrid.mjs"
MAIL = {
    "personalizations": [{"to": [{"email": ADA, "name": "Ada Quennell"}]}],
    "from": {"email": CARE, "name": "Elm Street Clinic"},
    "subject": "A message from your clinic",
    "content": [
        {"type": "text/plain", "value": "Your glucose was 5.4."},
        {"type": "text/html", "value": "<p>Your glucose was <b>5.4</b>.</p>"},
    ],
}


@pytest.fixture
def system(clinic):
    make_proven()
    return keyed(make_system())


def keyed(system):
    LetterDefaults.objects.create(key=system.key, purpose="treatment")
    return system


def post(system, body, **headers):
    return system.client.post(
        "/v3/mail/send", json.dumps(body), content_type="application/json",
        headers={**system.headers, **headers},
    )  # fmt: skip


def refused(answer, field):
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert not Message.objects.exists()
    return error["message"]


def test_its_own_client_sends(system, server_port):
    report = {
        "filename": "a.pdf",
        "type": "application/pdf",
        "content": "JVBERi0=",
        "disposition": "attachment",
    }
    message = {
        "to": ADA, "from": {"email": CARE, "name": "Elm Street Clinic"}, "subject": "Your visit",
        "text": "See the file.", "html": "<p>See the file.</p>", "attachments": [report],
        "categories": ["results"], "customArgs": {"order": "815"},
    }  # fmt: skip
    answer = run_client(system, server_port, message)
    assert answer["status"] == 202
    assert answer["id"] == str(Message.objects.get().pk)
    letter = delivered(send())
    assert [part.get_filename() for part in letter.iter_attachments()] == ["a.pdf"]
    assert Letter.objects.get().labels == {"categories": ["results"], "metadata": {"order": "815"}}


def test_its_own_client_reads_why_it_was_refused(system, server_port):
    message = {"to": ADA, "from": "care@elsewhere.example", "subject": "Hi", "text": "Hi"}
    answer = run_client(system, server_port, message)
    assert answer["status"] == 400
    assert answer["body"]["errors"][0]["field"] == "from"
    assert not Message.objects.exists()


def run_client(system, port, message):
    key = system.headers["authorization"].removeprefix("Bearer ")
    origin = f"http://{settings.HOSTS['api']}:{port}"
    command = ["node", CLIENT, origin, key, json.dumps(message)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_answers_as_its_clients_expect(system):
    answer = post(system, MAIL)
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer["X-Message-Id"] == str(Message.objects.get().pk)
    status = system.get(f"/messages/{answer['X-Message-Id']}").json()
    assert status["status"] == "queued"


def test_each_person_gets_a_message_of_their_own(system):
    to = [{"email": ADA}, {"email": "bo@harbourmail.example"}]
    answer = post(system, MAIL | {"personalizations": [{"to": to}]})
    assert len(answer["X-Sealpost-Message-Ids"].split(",")) == 2
    assert str(delivered(send())["To"]) == ADA


def test_substitutions_are_text_in_html(system):
    each = {"to": [{"email": ADA}], "substitutions": {"-name-": "Ada <3"}, "subject": "For you"}
    html = [{"type": "text/html", "value": "<p>Hello -name-</p>"}]
    post(system, MAIL | {"personalizations": [each], "content": html})
    letter = delivered(send())
    assert letter["Subject"] == "For you"
    assert "Hello Ada &lt;3" in letter.get_body(("html",)).get_content()
    assert "Hello Ada <3" in letter.get_body(("plain",)).get_content()


def test_a_template_is_an_approved_campaign_with_newer_values(clinic):
    campaign = approved_campaign()
    signing(campaign.sender.domain)
    make_contact(next_visit="2026-12-02")
    each = {"to": [{"email": ADA}], "dynamic_template_data": {"next_visit": "2026-12-24"}}
    body = {
        "personalizations": [each], "from": {"email": CARE}, "template_id": f"d-{campaign.pk.hex}",
    }  # fmt: skip
    system = make_system()
    assert post(system, body).status_code == 202
    letter = delivered(send())
    assert "December 24, 2026" in letter.get_body(("plain",)).get_content()
    other = post(system, body | {"from": {"email": "news@mail.elm.example"}})
    assert other.json()["errors"][0]["field"] == "from"
    unknown = {"to": [{"email": ADA}], "dynamic_template_data": {"shoe_size": 38}}
    answer = post(system, body | {"personalizations": [unknown]})
    assert answer.json()["errors"][0]["message"].startswith("Fields of this template")
    assert Message.objects.count() == 1


def test_sandbox_mode_checks_and_sends_nothing(system):
    trial = {"mail_settings": {"sandbox_mode": {"enable": True}}}
    assert post(system, MAIL | trial).status_code == 200
    assert not Message.objects.exists()
    refused(post(system, MAIL | trial | {"subject": "Your diabetes"}), "subject")


def test_it_waits_until_send_at(system):
    later = clock.now() + timedelta(hours=1)
    post(system, MAIL | {"send_at": int(later.timestamp())})
    assert send().handed_over == {}


def test_a_group_is_a_purpose(system):
    post(system, MAIL | {"asm": {"group_id": 4}})
    assert Letter.objects.get().purpose == "payment"
    answer = post(system, MAIL | {"asm": {"group_id": 99}})
    assert answer.json()["errors"][0]["field"] == "asm.group_id"


def test_header_fields_of_ours_state_more(system):
    headers = {"X-Sealpost-Purpose": "appointment", "X-Sealpost-Protection": "portal"}
    post(system, MAIL | {"headers": headers})
    assert Letter.objects.get().purpose == "appointment"
    assert Message.objects.get().route == "portal"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ip_pool_name": "marketing"}, "ip_pool_name"),
        ({"personalizations": [{"to": [{"email": ADA}], "cc": [{"email": CARE}]}]}, "personalizations.0.cc"),
        ({"personalizations": [{"to": []}]}, "personalizations.0.to"),
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{"to": "ada"}]}, "personalizations.0.to"),
        ({"content": [{"type": "text/calendar", "value": "BEGIN"}]}, "content"),
        ({"tracking_settings": {"open_tracking": {"enable": True}}}, "tracking_settings.open_tracking.enable"),
        ({"mail_settings": {"footer": {"enable": True}}}, "mail_settings.footer"),
        ({"headers": {"X-Mailer": "Hospital"}}, "headers"),
        ({"template_id": "welcome", "content": None, "subject": None}, "template_id"),
        ({"attachments": [{"filename": "a.pdf", "content": "??"}]}, "attachments.0.content"),
        ({"from": "care"}, "from"),
        ({"subject": 5}, "subject"),
    ],
)  # fmt: skip
def test_refuses_what_it_does_not_do_and_names_it(system, changes, field):
    refused(post(system, MAIL | changes), field)


def test_one_that_is_refused_keeps_all_from_being_sent(system):
    both = [MAIL["personalizations"][0], {"to": [{"email": "no mailbox"}]}]
    refused(post(system, MAIL | {"personalizations": both}), "personalizations")


def test_the_same_request_sends_once(system):
    first = post(system, MAIL, **{"idempotency-key": "one"})
    again = post(system, MAIL, **{"idempotency-key": "one"})
    assert (again.status_code, again["X-Message-Id"]) == (202, first["X-Message-Id"])
    assert Message.objects.count() == 1


def test_a_wrong_key_is_said_in_its_shape(system):
    answer = post(system, MAIL, authorization="Bearer sk_live_wrong")
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["message"].startswith("This API key is not valid")
    weak = keyed(make_system("messages.read"))
    assert post(weak, MAIL).status_code == 403
    assert not Message.objects.exists()
