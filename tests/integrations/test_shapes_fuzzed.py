"""Whatever JSON comes in another service's shape, the answer is one of its shape, and no fault."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.models import LetterDefaults
from tenancy.scope import tenant_scope
from tests.conftest import make_tenant
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, CARE, make_proven

TEXTS = (
    st.sampled_from([ADA, CARE, "", "Hi", "<p>Hi</p>", "text/html", "\ud800", "\0", "AA==", "4"])
    | st.text()
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
SENDGRID = [
    "personalizations", "from", "to", "email", "name", "subject", "content", "type", "value",
    "attachments", "filename", "headers", "custom_args", "categories", "send_at", "asm", "group_id",
    "mail_settings", "sandbox_mode", "enable", "tracking_settings", "reply_to", "substitutions",
]  # fmt: skip
POSTMARK = [
    "From", "To", "Subject", "TextBody", "HtmlBody", "Headers", "Name", "Value", "Metadata", "Tag",
    "Attachments", "Content", "ContentType", "MessageStream", "ReplyTo", "TrackLinks",
]  # fmt: skip


def anything(names):
    """JSON whose objects have the names of the shape, in any place."""
    keys = st.sampled_from(names) | st.text(max_size=5)
    return st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
        max_leaves=12,
    )  # fmt: skip


def near(valid, names):
    """A valid body with one field replaced by anything."""
    inner = anything(names)
    return st.tuples(st.sampled_from(names), inner).map(lambda pair: valid | {pair[0]: pair[1]})


MAIL = {
    "personalizations": [{"to": [{"email": ADA}]}], "from": {"email": CARE}, "subject": "Hi",
    "content": [{"type": "text/plain", "value": "Hi"}],
}  # fmt: skip
EMAIL = {"From": CARE, "To": ADA, "Subject": "Hi", "TextBody": "Hi"}
fuzzed = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def system(_database):
    tenant = make_tenant()
    with tenant_scope(tenant.id):
        make_proven()
        system = make_system()
        LetterDefaults.objects.create(key=system.key, purpose="treatment")
    return system


def post(system, path, body):
    headers = {
        **system.headers,
        "x-postmark-server-token": system.headers["authorization"].removeprefix("Bearer "),
    }
    content = json.dumps(body)
    return system.client.post(path, content, content_type="application/json", headers=headers)


@fuzzed
@given(body=near(MAIL, SENDGRID) | anything(SENDGRID))
def test_sendgrids(system, body):
    answer = post(system, "/v3/mail/send", body)
    assert answer.status_code in {200, 202, 400, 429}
    assert answer.status_code < 300 or answer.json()["errors"][0]["message"]


@fuzzed
@given(body=near(EMAIL, POSTMARK) | anything(POSTMARK))
def test_postmarks(system, body):
    for path, said in (("/email", body), ("/email/batch", [body])):
        answer = post(system, path, said)
        assert answer.status_code in {200, 422, 429}
        items = answer.json()
        assert all("ErrorCode" in item for item in (items if isinstance(items, list) else [items]))
