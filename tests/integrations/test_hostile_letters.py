"""Letters that are small to send and large to read: each is refused at once, and nothing of it is stored."""

import json
import time
from base64 import b64encode

import pytest

from delivery.letters.words import LetterRefused
from delivery.models import Letter, LetterFile, Message
from integrations.models import LetterDefaults
from integrations.submission import parsing
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, CARE, make_proven
from tests.integrations.test_postmark_shape import MAIL as POSTMARK
from tests.integrations.test_sendgrid_shape import MAIL as SENDGRID

HEAD = f"From: {CARE}\r\nTo: {ADA}\r\nSubject: Hello\r\n".encode()
MIXED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
CPU_SECONDS = 2.0


@pytest.fixture
def system(clinic):
    make_proven()
    system = make_system()
    LetterDefaults.objects.create(key=system.key, purpose="treatment")
    return system


def post(system, path, body, seconds=CPU_SECONDS):
    key = system.headers["authorization"].removeprefix("Bearer ")
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {**system.headers, "x-postmark-server-token": key}
    began = time.process_time()
    answer = system.client.post(path, content, content_type="application/json", headers=headers)
    assert time.process_time() - began < seconds
    return answer


def nothing_stored():
    return not (Message.objects.exists() or Letter.objects.exists() or LetterFile.objects.exists())


@pytest.mark.parametrize("where", ["subject", "content"])
def test_values_that_hold_other_marks_do_not_fill_the_memory(system, where):
    marks = {"a": "b" * 2_000, "b": "c" * 2_000, "c": "d" * 2_000}
    text = (
        {"subject": "a"}
        if where == "subject"
        else {"content": [{"type": "text/plain", "value": "a"}]}
    )
    person = {"to": [{"email": ADA}], "substitutions": marks}
    answer = post(
        system,
        "/v3/mail/send",
        SENDGRID | {"subject": "Hi"} | text | {"personalizations": [person]},
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "personalizations.0.substitutions"
    assert nothing_stored()
    person["substitutions"] = {"a": "b" * 200}
    fits = post(system, "/v3/mail/send", SENDGRID | {"personalizations": [person]})
    assert fits.status_code == 202


def test_files_count_for_all_personalizations_together(system):
    file = {
        "filename": "a.pdf",
        "type": "application/pdf",
        "content": b64encode(b"%" * 1_000_000).decode(),
    }
    people = [{"to": [{"email": f"p{n}@harbourmail.example"}]} for n in range(60)]
    answer = post(
        system, "/v3/mail/send", SENDGRID | {"attachments": [file], "personalizations": people}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "attachments"
    assert nothing_stored()
    fewer = SENDGRID | {"attachments": [file], "personalizations": people[:2]}
    assert post(system, "/v3/mail/send", fewer).status_code == 202


def test_files_count_for_all_messages_of_a_batch_together(system):
    content = b64encode(b"%" * 900_000).decode()
    file = {"Name": "a.pdf", "ContentType": "application/pdf", "Content": content}
    batch = [
        POSTMARK
        | {"Attachments": [file], "To": ", ".join(f"p{n}@m{of}.example" for n in range(count))}
        for of, count in enumerate((2, 40, 40, 2))
    ]
    items = post(system, "/email/batch", batch, seconds=60).json()
    assert [item["ErrorCode"] for item in items] == [0, 0, 300, 0]
    assert items[2]["Message"].startswith("Attachments: Send files of this size to fewer people")
    assert Message.objects.count() == 44


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/letters", 400), ("/v3/mail/send", 400), ("/email", 422)]
)
def test_json_that_is_nested_without_end_is_the_senders_fault(system, path, status):
    assert post(system, path, "[" * 100_000).status_code == status
    assert nothing_stored()


def test_an_address_that_is_nested_without_end_is_one_too(system):
    answer = post(system, "/email", POSTMARK | {"To": "(" * 20_000})
    assert (answer.status_code, answer.json()["ErrorCode"]) == (422, 300)
    assert nothing_stored()


def test_such_an_address_is_refused_by_itself_in_a_batch(system):
    answer = post(system, "/email/batch", [POSTMARK | {"To": "(" * 20_000}, POSTMARK])
    assert answer.status_code == 200
    assert [each["ErrorCode"] for each in answer.json()] == [300, 0]
    assert Message.objects.count() == 1


SUBMITTED = {
    "many parts": HEAD + MIXED + b"--x\r\n\r\n\r\n" * 200_000,
    "nested": HEAD
    + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(9_000)
    ),
    "mails in mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3_000 + b"\r\nHello",
    "a nested address": b"From: " + b"(" * 5_000 + b"\r\n\r\nHello",
}


@pytest.mark.parametrize("name", SUBMITTED)
def test_a_submitted_message_without_end_is_refused_for_good(name):
    """Not put off: a program that is told to try again does so for days."""
    began = time.process_time()
    with pytest.raises(LetterRefused):
        parsing.read(SUBMITTED[name])
    assert time.process_time() - began < CPU_SECONDS


def test_a_message_of_many_parts_that_people_write_is_read():
    parts = b"".join(
        b"--x\r\nContent-Type: application/pdf\r\n\r\n--x is no mark in here\r\n" for _ in range(19)
    )
    text = b"--x\r\nContent-Type: text/plain\r\n\r\n" + b"-- \r\nElm Street\r\n" * 2_000
    submitted = parsing.read(HEAD + MIXED + text + parts + b"--x--\r\n")
    assert len(submitted.writing.files) == 19
    assert submitted.writing.words.text.startswith("-- \nElm Street")
