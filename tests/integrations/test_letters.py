"""Messages in a system's own words."""

from base64 import b64encode
from datetime import timedelta

import pytest

from audit.models import AuditEvent
from contacts import services as contacts
from contacts.models import Contact
from delivery.escrow import attachments, keys
from delivery.models import EscrowItem, Letter, LetterFile, Message, SingleSend
from delivery.wire.levels import Level
from integrations.models import LetterDefaults
from tenancy import clock
from tests.factories.contacts import agree, make_contact
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, delivered, make_proven, send

PDF = b"%PDF-1.7 results"
TEXT = ["Hello Ada,", "", "your glucose was 5.4."]
LETTER = {
    "to": {"email": "ada@harbourmail.example"},
    "sender": {"email": "care@mail.elm.example", "name": "Elm Street Clinic"},
    "purpose": "treatment",
    "subject": "Your visit",
    "text": "\n".join(TEXT),
}


@pytest.fixture
def proven(clinic):
    return make_proven()


@pytest.fixture
def system(proven):
    return make_system()


@pytest.fixture
def ada(proven):
    return make_contact()


def post(system, **changes):
    headers = changes.pop("headers_", {})
    body = {key: value for key, value in (LETTER | changes).items() if value is not None}
    return system.post("/letters", body, **headers)


def refused(answer, pointer):
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert not Message.objects.exists()
    assert not Letter.objects.exists()
    assert not SingleSend.objects.exists()
    return error["detail"]


def test_a_letter_leaves_under_verified_tls_as_it_was_written(system, ada):
    answer = post(system, html="<p>Hello <b>Ada</b>, your glucose was 5.4.</p>")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.json()["contact_id"] == str(ada.pk)
    transport = send()
    message = delivered(transport)
    assert transport.required["ada@harbourmail.example"] is Level.T2
    assert message["Subject"] == "Your visit"
    assert message["From"] == "Elm Street Clinic <care@mail.elm.example>"
    assert "DKIM-Signature" in message
    assert message.get_body(("plain",)).get_content().splitlines() == TEXT
    assert "<b>Ada</b>" in message.get_body(("html",)).get_content()
    status = system.get(f"/messages/{answer.json()['id']}").json()
    assert (status["status"], status["campaign_id"]) == ("sent", None)


def test_plain_text_stays_plain_text(system, ada):
    post(system)
    message = delivered(send())
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == TEXT


def test_what_is_written_rests_sealed(system, ada):
    post(system)
    letter = Letter.objects.get()
    assert (letter.sensitivity, letter.purpose, letter.contact_id) == (2, "treatment", ada.pk)
    raw = Letter.objects.raw("SELECT id, tenant_id, words::bytea AS sealed FROM delivery_letter")[0]
    assert b"glucose" not in bytes(raw.sealed)


def test_files_go_along(system, ada):
    picture = {
        "name": "logo.png",
        "media_type": "image/png",
        "content": "iVBORw0K",
        "content_id": "logo",
    }
    report = {
        "name": "Befund für Ada.pdf",
        "media_type": "application/pdf",
        "content": b64encode(PDF).decode(),
    }
    post(system, html='<p><img src="cid:logo" alt="Elm">See the file.</p>', files=[picture, report])
    message = delivered(send())
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Befund für Ada.pdf", PDF)
    related = message.get_body(("related",))
    assert [part["Content-ID"] for part in related.iter_attachments()] == ["<logo>"]
    assert LetterFile.objects.count() == 2


def test_files_go_to_the_portal_sealed(system, ada, nurse):
    contacts.choose_route(ada, prefers_portal=True, actor=nurse)
    report = {"name": "a.pdf", "media_type": "application/pdf", "content": b64encode(PDF).decode()}
    assert post(system, files=[report]).json()["route"] == "portal"
    assert send().handed_over == {}
    item = EscrowItem.objects.get()
    content_key = keys.content_key(
        item.place,
        link_key=item.notice_link_key,
        server_share=item.server_share,
        wrapped_key=bytes(item.wrapped_key),
    )
    assert attachments.opened(item, content_key, 1) == ("a.pdf", "application/pdf", PDF)


def test_the_portal_takes_no_file_of_an_unknown_kind(system, ada, nurse):
    contacts.choose_route(ada, prefers_portal=True, actor=nurse)
    packed = {"name": "a.zip", "media_type": "application/zip", "content": b64encode(PDF).decode()}
    assert "secure portal" in refused(post(system, files=[packed]), "/files")
    assert not Message.objects.exists()


def test_the_portal_shows_what_it_knows(system, ada, nurse):
    contacts.choose_route(ada, prefers_portal=True, actor=nurse)
    assert post(system, html="<p>Hello <b>Ada</b></p>").json()["route"] == "portal"
    assert send().handed_over == {}
    assert Message.objects.get(cause="api").status == "escrowed"


def test_somebody_unknown_becomes_a_contact_taken_for_a_patient(system):
    to = {"email": "Bo@harbourmail.example", "name": "Bo Van Dyke"}
    assert post(system, to=to).json()["status"] == "queued"
    contact = Contact.objects.get()
    assert (contact.identity["given_name"], contact.identity["family_name"]) == ("Bo Van", "Dyke")
    assert contact.is_patient
    assert post(system, to={"email": "bo@harbourmail.example"}).json()["contact_id"] == str(
        contact.pk
    )


def test_marketing_is_denied_as_always(system, ada):
    answer = post(system, purpose="marketing").json()
    assert (answer["status"], answer["reason"]) == ("skipped", "authorization_missing")
    assert send().handed_over == {}


def test_mail_that_can_wait_says_how_to_stop_it(system, ada, nurse):
    agree(ada, "operations", nurse)
    post(system, purpose="operations", remuneration="none", html="<body><p>News</p></body>")
    message = delivered(send())
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Stop this mail: http" in message.get_body(("plain",)).get_content()
    assert "1 Elm Street, Millbrook" in message.get_body(("html",)).get_content()


def test_two_people_with_one_mailbox_are_told_apart_by_record_number(system, ada):
    make_contact(given_name="Bea", external_id="EV-2")
    assert "Several people" in refused(post(system), "/to")
    to = {"external_id": "EV-2", "email": "ada@harbourmail.example"}
    assert post(system, to=to).status_code == 202


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"subject": "Your diabetes results"}, "/subject"),
        ({"subject": "Two\nlines"}, "/subject"),
        ({"sender": {"email": "care@elsewhere.example"}}, "/sender"),
        ({"sender": {"email": "care@mail.elm.example", "name": "HIV clinic"}}, "/sender"),
        ({"text": ""}, "/text"),
        ({"html": "<script>alert(1)</script>"}, "/html"),
        ({"html": '<img src="https://tracker.example/a.png">'}, "/html"),
        ({"html": '<a href="https://www.elm.example/?ssn=219-09-9999">x</a>'}, "/html"),
        ({"headers": {"X-Patient": "Ada"}}, "/headers"),
        ({"headers": {"Bcc": "other@x.example"}}, "/headers"),
        ({"files": [{"name": "MRN 0042311.pdf", "media_type": "application/pdf", "content": ""}]}, "/files"),
        ({"files": [{"name": "a.exe", "media_type": "application/pdf", "content": "AA=="}]}, "/files"),
        ({"files": [{"name": "a.pdf", "media_type": "application/pdf", "content": "?"}]}, "/files"),
        ({"to": {"email": "no mailbox"}}, "/to"),
        ({"to": {"external_id": "EV-none"}}, "/to"),
        ({"send_at": "2199-01-01T00:00:00Z"}, "/send_at"),
    ],
)  # fmt: skip
def test_refuses_what_may_not_go_out_and_repeats_nothing(system, changes, pointer):
    answer = post(system, **changes)
    detail = refused(answer, pointer)
    assert not {"diabetes", "219-09", "0042311", "Ada", "tracker"} & set(detail.split())
    assert send().handed_over == {}


def test_a_value_can_break_no_header(system, ada):
    """The check before is the first wall; the one that writes headers is the second."""
    sender = {"email": "care@mail.elm.example", "name": "Elm\r\nBcc: other@x.example"}
    refused(post(system, sender=sender), "/sender")


def test_what_is_found_raises_what_was_stated_and_never_lowers_it(system, ada):
    """The key says what all of its letters hold: S2 as long as nobody says other."""
    post(system, text="Your visit is on Tuesday.", sensitivity="S0")
    assert newest().sensitivity == 2
    LetterDefaults.objects.create(key=system.key, sensitivity=0)
    post(system, text="Your visit is on Tuesday.")
    assert newest().sensitivity == 0
    post(system, text="Your diabetes visit is on Tuesday.")
    assert newest().sensitivity == 2
    post(system, text="Your visit is on Tuesday.", sensitivity="S3")
    assert newest().sensitivity == 3
    last = Message.objects.order_by("-id")[0]
    assert (last.status, last.reason) == ("skipped", "special_consent_missing")


def newest():
    return Letter.objects.order_by("-id")[0]


def test_the_key_says_why_when_the_letter_does_not(system, ada):
    assert "Settings" in refused(post(system, purpose=None), "/purpose")
    LetterDefaults.objects.create(key=system.key, purpose="payment")
    assert post(system, purpose=None).status_code == 202
    assert newest().purpose == "payment"


def test_it_waits_until_its_time(system, ada):
    later = clock.now() + timedelta(hours=2)
    post(system, send_at=later.isoformat())
    assert send().handed_over == {}
    with clock.at(later + timedelta(seconds=1)):
        assert delivered(send())["Subject"] == "Your visit"


def test_the_same_request_sends_once(system, ada):
    first = post(system, headers_={"idempotency-key": "visit-7"})
    again = post(system, headers_={"idempotency-key": "visit-7"})
    other = post(system, subject="Another", headers_={"idempotency-key": "visit-7"})
    assert first.json() == again.json()
    assert other.status_code == 422
    assert Message.objects.count() == 1


def test_a_key_without_the_scope_is_refused(proven, ada):
    assert post(make_system("messages.send")).status_code == 403
    assert not Message.objects.exists()


def test_it_waits_while_the_domain_is_not_proven(system, ada, proven):
    post(system)
    proven.verified_at = None
    proven.save(update_fields=["verified_at"])
    assert send().handed_over == {}
    message = Message.objects.get()
    assert (message.status, message.reason) == ("queued", "sender_not_proven")


def test_leaves_a_trail_without_a_word_of_it(system, ada):
    post(system)
    event = AuditEvent.objects.get(action="message.asked_for")
    assert event.detail | {"status": "queued", "purpose": "treatment", "files": 0} == event.detail
    assert "glucose" not in str(event.detail)


def test_its_labels_come_back_to_a_key_that_sees_phi(system, ada):
    labels = {"categories": ["results"], "metadata": {"order": "815"}}
    sent = post(system, **labels).json()
    assert labels.items() <= system.get(f"/messages/{sent['id']}").json().items()
    blind = make_system("messages.read").get(f"/messages/{sent['id']}").json()
    assert (blind["categories"], blind["metadata"]) == (None, None)


def test_no_word_of_it_is_logged(system, ada, caplog):
    caplog.set_level("DEBUG")
    post(system)
    post(system, subject="Your diabetes")
    assert caplog.records
    for word in ("glucose", "diabetes", ADA, system.headers["authorization"].split()[1]):
        assert word not in caplog.text
