"""The audit log as its reviewers meet it."""

from datetime import UTC, datetime

from audit import services as audit
from audit.models import AuditEvent
from compliance import services as compliance
from tests.compliance.reading import text_of


def test_the_log_filters_by_kind_person_and_object(officer, nurse):
    domain = compliance.add_domain("elm.example", actor=nurse)
    audit.record_denial("contacts.reveal", actor=nurse, reason="role")
    everything = text_of(officer.get("/compliance/audit/"))
    assert "Added a domain" in everything
    assert "Was refused: reveal contacts" in everything
    refused = text_of(officer.get("/compliance/audit/?kind=refused"))
    assert "Was refused: reveal contacts" in refused
    assert "Added a domain" not in refused
    one_object = text_of(officer.get(f"/compliance/audit/?object={domain.id}"))
    assert "Added a domain" in one_object
    assert "reveal contacts" not in one_object
    nobody = text_of(officer.get("/compliance/audit/?actor=nobody"))
    assert "No event matches" in nobody


def test_opening_details_is_an_event_itself(officer, nurse):
    compliance.set_policy({"tls_floor": 3}, actor=nurse)
    event = AuditEvent.objects.get(action="policy.changed")
    page = text_of(officer.get(f"/compliance/audit/{event.id}/"))
    assert "Nora Nurse" in page
    assert "Tls floor 3, was 2" in page
    opened = AuditEvent.objects.get(action="audit.event_opened")
    assert (opened.object_id, opened.actor_name) == (str(event.id), "Cora Officer")


def test_a_marketer_may_not_read_the_log_and_the_try_is_in_it(marketer, officer):
    assert marketer.get("/compliance/audit/").status_code == 403
    refused = text_of(officer.get("/compliance/audit/?kind=refused"))
    assert "Mara Marketer" in refused


def test_the_log_shows_one_day(officer, nurse):
    today = datetime.now(UTC).date()
    compliance.add_domain("elm.example", actor=nurse)
    assert "No event matches" in text_of(officer.get("/compliance/audit/?day=2020-01-01"))
    assert officer.get(f"/compliance/audit/?day={today}").status_code == 200
    assert officer.get("/compliance/audit/?day=nonsense&before=x&kind=y").status_code == 200


def test_details_lead_to_the_thing_if_it_has_a_page(officer, nurse):
    domain = compliance.add_domain("elm.example", actor=nurse)
    event = AuditEvent.objects.get(action="domain.added")
    page = officer.get(f"/compliance/audit/{event.id}/").content.decode()
    assert f'href="/settings/domains/{domain.id}/"' in page
