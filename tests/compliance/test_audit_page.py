"""The audit log as its reviewers meet it."""

from datetime import UTC, datetime

from accounts.models import Membership
from audit import services as audit
from audit.models import AuditEvent
from compliance import services as compliance
from tests.compliance.reading import text_of


def test_the_log_filters_by_kind_person_and_object(officer, nurse):
    domain = compliance.add_domain("elm.example", actor=nurse)
    audit.record_denial("contacts.reveal", actor=nurse, reason="role")
    everything = text_of(officer.get("/compliance/audit/"))
    assert "Added a domain" in everything
    assert "Was refused: see people" in everything
    refused = text_of(officer.get("/compliance/audit/?kind=refused"))
    assert "Was refused: see people" in refused
    assert "Added a domain" not in refused
    one_object = text_of(officer.get(f"/compliance/audit/?object={domain.id}"))
    assert "Added a domain" in one_object
    assert "Was refused: see people" not in one_object
    nobody = text_of(officer.get("/compliance/audit/?actor=nobody"))
    assert "No event matches" in nobody


def test_opening_details_is_an_event_itself(officer, nurse):
    compliance.set_policy({"tls_floor": 3}, actor=nurse)
    event = AuditEvent.objects.get(action="policy.changed")
    page = text_of(officer.get(f"/compliance/audit/{event.id}/"))
    assert "Nora Nurse" in page
    assert "Protection of the way Verified TLS that the recipient" in page
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
    nonsense = officer.get("/compliance/audit/?day=nonsense&before=x&kind=y")
    assert "What was asked for is no day, so every day is shown." in text_of(nonsense)
    assert "is no day" not in text_of(officer.get(f"/compliance/audit/?day={today}"))


def test_details_lead_to_the_thing_if_it_has_a_page(officer, nurse):
    domain = compliance.add_domain("elm.example", actor=nurse)
    event = AuditEvent.objects.get(action="domain.added")
    page = officer.get(f"/compliance/audit/{event.id}/").content.decode()
    assert f'href="/settings/domains/{domain.id}/"' in page


def test_first_come_the_acts_of_people_and_the_service_itself_on_request(officer, nurse):
    compliance.add_domain("elm.example", actor=nurse)
    audit.record("messages.recorded", actor=audit.SYSTEM, counts={"sent": 48, "failed": 2})
    first = text_of(officer.get("/compliance/audit/"))
    assert "Added a domain" in first
    assert "what became of" not in first
    whole = text_of(officer.get("/compliance/audit/?whole=1"))
    assert "Added a domain" in whole
    assert "Recorded what became of 50 messages messages.recorded" in whole
    assert "Mail on its way" in whole
    by_it = text_of(officer.get(f"/compliance/audit/?actor={audit.SYSTEM.id}"))
    assert "Recorded what became of 50 messages" in by_it


def test_the_log_of_one_thing_holds_also_what_the_service_did_to_it(officer, nurse):
    domain = compliance.add_domain("elm.example", actor=nurse)
    audit.record("domain.broken", actor=audit.SYSTEM, on=domain)
    shown = text_of(officer.get(f"/compliance/audit/?object={domain.id}"))
    assert "Found a DNS record missing or wrong" in shown


def test_a_person_is_chosen_by_name_and_stands_in_the_address_as_an_id(officer, nurse):
    compliance.add_domain("elm.example", actor=nurse)
    patient = audit.Actor(kind="patient", id="patient-7", name="The person")
    audit.record("consent.withdrawn", actor=patient)
    page = officer.get("/compliance/audit/").content.decode()
    assert f'<option value="{nurse.id}">Nora Nurse</option>' in page
    assert '<option value="patient-7"' not in page
    chosen = officer.get(f"/compliance/audit/?actor={nurse.id}").content.decode()
    assert f'<option value="{nurse.id}" selected>Nora Nurse</option>' in chosen
    assert "Withdrew consent" not in chosen
    one_patient = officer.get("/compliance/audit/?actor=patient-7").content.decode()
    assert '<option value="patient-7" selected>One patient</option>' in one_patient
    assert "Withdrew consent" in one_patient


def searches():
    found = AuditEvent.objects.filter(action="audit.log_searched").order_by("recorded_at")
    return [event.detail for event in found]


def test_a_search_is_an_event_that_says_what_was_looked_for(officer, nurse):
    domain = compliance.add_domain("elm.example", actor=nurse)
    officer.get(f"/compliance/audit/?kind=changed&object={domain.id}&day=2020-01-01")
    nothing = {"kind": "", "actor_id": "", "object_id": "", "day": "", "whole": False}
    searched = {"kind": "changed", "object_id": str(domain.id), "day": "2020-01-01", "shown": 0}
    assert searches() == [nothing | searched]
    officer.get(f"/compliance/audit/?actor={nurse.id}&whole=1")
    assert searches()[1:] == [nothing | {"actor_id": nurse.id, "whole": True, "shown": 1}]
    assert AuditEvent.objects.filter(action="audit.log_searched")[0].actor_name == "Cora Officer"


def test_what_somebody_wrote_into_the_address_by_hand_is_not_kept(officer):
    officer.get("/compliance/audit/?object=Ada+Smith&actor=ada@x.example")
    (said,) = searches()
    assert (said["actor_id"], said["object_id"]) == ("not an id", "not an id")


def test_reading_the_log_as_it_is_its_pages_and_ones_own_part_adds_nothing(clinic, officer, nurse):
    cora = Membership.objects.get(role="compliance_officer").user_id
    event = audit.record("contact.paused", actor=nurse)
    for query in ("", "?whole=1", f"?actor={cora}", f"?kind=refused&before={event.pk}"):
        assert officer.get(f"/compliance/audit/{query}").status_code == 200
    assert searches() == []
    officer.get("/compliance/audit/?kind=refused")
    assert len(searches()) == 1
