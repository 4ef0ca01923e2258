"""Evidence is taken on the page, by who may and has just proven who they are, and the verifier takes it."""

import json
import zipfile
from datetime import timedelta

import pytest

from audit import services as audit
from audit.models import AuditEvent
from tenancy import clock
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.audit.exports import verdict
from tests.compliance.reading import text_of

PAGE = "/compliance/audit/evidence/"


def taken(browser, path, **chosen):
    answer = browser.post(PAGE, {"span": "whole", **chosen})
    path.write_bytes(b"".join(answer.streaming_content))
    return path


def events_of(path):
    with zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read("events.jsonl").splitlines()]


@pytest.mark.parametrize(("details", "opened"), [({}, False), ({"with_details": "on"}, True)])
def test_the_verifier_takes_the_file(officer, nurse, tmp_path, capsys, details, opened):
    audit.record("contact.paused", actor=nurse, days=3)
    path = taken(officer, tmp_path / "export.zip", **details)
    code, line = verdict(capsys, path)
    assert (code, line[:3]) == (0, "OK:")
    assert ("; 0 details opened" in line) is not opened
    (event,) = [each for each in events_of(path) if each["row"]["action"] == "contact.paused"]
    assert event.get("detail") == ('{"days":3}' if opened else None)
    own = AuditEvent.objects.get(action="audit.exported")
    assert (own.actor_name, own.detail) == ("Cora Officer", {"details": opened})


def test_some_days_are_a_part_of_the_tree(officer, nurse, tmp_path, capsys):
    with clock.at(clock.now() - timedelta(days=40)):
        audit.record("contact.paused", actor=nurse)
        day = clock.now().date()
    audit.record("contact.resumed", actor=nurse)
    days = {"span": "days", "first": day - timedelta(days=1), "last": day + timedelta(days=1)}
    path = taken(officer, tmp_path / "export.zip", **days)
    assert verdict(capsys, path)[0] == 0
    assert [each["row"]["action"] for each in events_of(path)] == ["contact.paused"]


def test_days_without_events_and_days_upside_down_are_refused(officer):
    empty = {"span": "days", "first": "2020-01-01", "last": "2020-01-02"}
    for wrong in (empty, {**empty, "last": "2019-01-01"}, {"span": "days"}, {}):
        assert officer.post(PAGE, wrong).status_code == 422
    assert not AuditEvent.objects.filter(action="audit.exported").exists()


def test_who_signed_in_long_ago_is_asked_again_first(clinic):
    user = make_member(clinic, "compliance_officer", "Cora Officer")
    officer = browser_of(user)
    let_proof_grow_old(user)
    answer = officer.post(PAGE, {"span": "whole"})
    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(action="audit.exported").exists()


def test_an_auditor_may_take_it_and_a_marketer_may_not(clinic, marketer, tmp_path, capsys):
    auditor = browser_of(make_member(clinic, "auditor", "Aude Auditor"))
    assert "python verifier.py export.zip" in text_of(auditor.get(PAGE))
    assert verdict(capsys, taken(auditor, tmp_path / "export.zip"))[0] == 0
    assert marketer.post(PAGE, {"span": "whole"}).status_code == 403
    assert AuditEvent.objects.filter(action="audit.exported").count() == 1
