"""Ten megabytes of files go along, in every shape, and what is larger is said to be."""

import json
from base64 import b64encode

import pytest

from delivery.models import LetterFile, Message
from integrations.api.with_files import LARGEST_BODY
from integrations.models import LetterDefaults
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, CARE, make_proven
from tests.integrations.test_postmark_shape import MAIL as POSTMARK
from tests.integrations.test_sendgrid_shape import MAIL as SENDGRID

CONTENT = b"%PDF-1.7" + b"x" * 10_000_000
FILE = b64encode(CONTENT).decode()
LETTER = {
    "to": {"email": ADA}, "sender": {"email": CARE}, "subject": "A message", "text": "See the file.",
    "files": [{"name": "a.pdf", "media_type": "application/pdf", "content": FILE}],
}  # fmt: skip
IN_SHAPE = {
    "/api/v1/letters": LETTER,
    "/v3/mail/send": SENDGRID
    | {"attachments": [{"filename": "a.pdf", "type": "application/pdf", "content": FILE}]},
    "/email": POSTMARK
    | {"Attachments": [{"Name": "a.pdf", "ContentType": "application/pdf", "Content": FILE}]},
}


@pytest.fixture
def system(clinic):
    make_proven()
    system = make_system()
    LetterDefaults.objects.create(key=system.key, purpose="treatment")
    return system


def post(system, path, content):
    key = system.headers["authorization"].removeprefix("Bearer ")
    headers = {**system.headers, "x-postmark-server-token": key, "idempotency-key": "lab-815"}
    return system.client.post(path, content, content_type="application/json", headers=headers)


@pytest.mark.parametrize("path", IN_SHAPE)
def test_ten_megabytes_go_along_and_count_once(system, path):
    body = json.dumps(IN_SHAPE[path])
    for _ in range(2):
        assert post(system, path, body).status_code in {200, 202}
    assert bytes(LetterFile.objects.get().content) == CONTENT


@pytest.mark.parametrize("path", IN_SHAPE)
def test_a_body_beyond_that_is_not_read(system, path):
    answer = post(system, path, "x" * (LARGEST_BODY + 1))
    assert answer.status_code == 413
    assert "15,000,000 bytes" in answer.content.decode()
    assert not Message.objects.exists()
