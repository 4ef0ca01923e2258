"""The sheet that proves how one message was protected."""

import html

from audit.models import AuditEvent
from delivery.models import MessageEvent
from tenancy.scope import tenant_scope
from tests.delivery.reports.reading import SENT, TLS, page
from tests.factories.delivery import make_item, make_message


def test_a_sheet_says_how_a_message_was_protected_and_masks_its_person(marketer, clinic, ada):
    message = make_message(ada, required_level=2, **SENT)
    detail = TLS | {"rule": "verified_tls", "sts_id": "20260101"}
    MessageEvent.objects.create(message=message, kind="accepted", detail=detail)
    story = marketer.get(f"/messages/{message.id}/").content.decode()
    assert f'href="/messages/{message.id}/proof/"' in story
    shown = html.unescape(page(marketer.get(f"/messages/{message.id}/proof/")))
    for said in (
        "The recipient's mail server proved itself",
        "Asked for at least Verified TLS: certificate and name of the server were checked",
        "Why this way It tells of care, so the server had to prove itself",
        "Server mx.postbox.example",
        "TLS version TLSv1.3",
        "Cipher TLS_AES_256_GCM_SHA384",
        "Certificate (SHA-256) ab12",
        "Policy of the domain (MTA-STS) 20260101",
        message.message_id,
    ):
        assert said in shown
    assert "Quennell" not in shown
    assert "ada@" not in shown
    with tenant_scope(clinic.id):
        assert AuditEvent.objects.filter(action="message.proof_viewed").count() == 1


def test_what_left_without_proof_is_not_called_safe(marketer, ada):
    message = make_message(ada, **SENT | {"route": "plain"})
    MessageEvent.objects.create(message=message, kind="accepted", detail=TLS | {"level": "T1"})
    shown = page(marketer.get(f"/messages/{message.id}/proof/"))
    assert "It did not prove itself." in shown
    assert "Asked for at least" not in shown


def test_a_portal_message_has_a_sheet_too(marketer, ada):
    shown = page(marketer.get(f"/messages/{make_item(ada).message_id}/proof/"))
    assert "Its text never traveled by email." in shown


def test_there_is_no_sheet_without_a_proof_and_none_without_the_right(marketer, analyst, ada):
    waiting = make_message(ada, status="queued", route="", settled_at=None)
    assert marketer.get(f"/messages/{waiting.id}/proof/").status_code == 404
    item = make_item(ada)
    assert analyst.get(f"/messages/{item.message_id}/proof/").status_code == 403
    assert not AuditEvent.objects.filter(action="message.proof_viewed").exists()
