"""The page of disposals: what it offers, who may ask, and what it says on the way."""

import pytest

from accounts.models import Countersignature
from audit.models import AuditEvent, Disposal
from compliance.models import LegalHold
from compliance.services import disposals, holds
from delivery.chronicle import tell_born
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.compliance.disposing import left, old_log, work
from tests.compliance.reading import text_of
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message

PAGE = "/compliance/audit/disposals/"
WISH = {"month": "2019-03-01", "archives": "stay", "reason": "Six years are over"}


@pytest.fixture
def log(nurse):
    return old_log(nurse)


def test_one_asks_another_grants_and_the_page_says_what_went(owner, officer, log):
    page = text_of(owner.get(PAGE))
    assert "March 2019" in page
    assert "older than 6 years" in page
    assert owner.post(PAGE, WISH).status_code == 302
    assert "A disposal waits for a second person." in text_of(owner.get(PAGE))
    request = Countersignature.objects.get()
    where = f"/settings/requests/{request.pk}/"
    said = "Dispose of 3 events of the audit log, up to 2019-03, for good; their archives stay"
    assert said in text_of(officer.get(where))
    assert owner.post(f"{where}grant/").status_code != 200
    assert left()[:3] == [0, 1, 2]
    officer.post(f"{where}grant/")
    assert "A disposal is under way" in text_of(owner.get(PAGE))
    work()
    page = text_of(owner.get(PAGE))
    assert "Done" in page
    assert "Places 0 to 2" in page
    assert left()[:1] == [3]
    event = AuditEvent.objects.get(action="disposal.asked")
    assert (event.actor_name, event.detail) == (
        "Olive Owner",
        {"until": "2019-03", "first": 0, "end": 3, "keeps_archives": True},
    )


@pytest.mark.parametrize(
    "wrong",
    [{"month": "2024-03-01"}, {"month": ""}, {"archives": "burn"}, {"reason": ""}],
)
def test_what_is_not_offered_is_refused(owner, officer, log, wrong):
    assert owner.post(PAGE, WISH | wrong).status_code == 422
    assert not Disposal.objects.exists()


def test_nobody_else_to_ask_means_that_nothing_is_asked(owner, log):
    answer = owner.post(PAGE, WISH)
    assert answer.status_code == 422
    assert "Invite a second person" in text_of(answer)
    assert not Disposal.objects.exists()


def test_an_auditor_reads_and_a_marketer_does_not(clinic, officer, marketer, log):
    auditor = browser_of(make_member(clinic, "auditor", "Aude Auditor"))
    assert auditor.get(PAGE).status_code == 200
    assert marketer.get(PAGE).status_code == 403
    for browser in (auditor, marketer):
        assert browser.post(PAGE, WISH).status_code == 403
    assert not Disposal.objects.exists()


def test_who_signed_in_long_ago_is_asked_again_first(clinic, officer, log):
    user = make_member(clinic, "owner", "Olive Owner")
    browser = browser_of(user)
    let_proof_grow_old(user)
    assert browser.post(PAGE, WISH).status_code == 403
    assert not Disposal.objects.exists()


def test_it_is_stopped_and_taken_up_on_the_page(owner, officer, log, monkeypatch):
    monkeypatch.setattr(disposals, "STEP", 1)
    owner.post(PAGE, WISH)
    officer.post(f"/settings/requests/{Countersignature.objects.get().pk}/grant/")
    owner.post(f"{PAGE}stop/")
    assert "Stopping after the step under way." in text_of(owner.get(PAGE))
    work()
    page = text_of(owner.get(PAGE))
    assert "A disposal is stopped" in page
    assert "Stopped by a person." in page
    owner.post(f"{PAGE}go-on/")
    work()
    assert "Done" in text_of(owner.get(PAGE))
    assert Disposal.objects.get().removed == 3


def test_a_hold_stands_on_the_page(owner, officer, nurse, log):
    holds.place(LegalHold.Subject.WORKSPACE, subject_id=None, reason="A suit", actor=nurse)
    page = text_of(owner.get(PAGE))
    assert "A legal hold is in force." in page
    assert "Ask a second person" not in page
    assert owner.post(PAGE, WISH).status_code == 422
    assert not Disposal.objects.exists()


def test_a_hold_on_one_person_keeps_everything_and_the_page_says_why(owner, nurse, log):
    ada = make_contact()
    holds.place(LegalHold.Subject.CONTACT, subject_id=ada.pk, reason="A suit", actor=nurse)
    page = text_of(owner.get(PAGE))
    assert "even if it is about one person or one campaign" in page
    assert "names people in its sealed details alone" in page
    assert owner.post(PAGE, WISH).status_code == 422
    assert not Disposal.objects.exists()


def test_an_event_of_many_messages_names_people_in_its_sealed_details_alone(clinic):
    """Why a hold on one person keeps the whole log: nothing that the database can read tells whom it is about."""
    ada = make_contact()
    tell_born([make_message(ada)])
    event = AuditEvent.objects.get(action="messages.created")
    place = event.detail["columns"].index("contact_id")
    assert event.detail["messages"][0][place] == str(ada.pk)
    assert (event.object_id, event.object_type) == ("", "")
    assert str(ada.pk) not in bytes(event.leaf).decode()


def test_an_archive_that_went_says_so(owner, officer, log):
    owner.post(PAGE, WISH | {"archives": "go"})
    officer.post(f"/settings/requests/{Countersignature.objects.get().pk}/grant/")
    work()
    page = text_of(owner.get("/compliance/audit/archives/"))
    assert "The file went by order of two people." in page
    answer = owner.post(f"/compliance/audit/archives/{log[0].pk}/copy/")
    assert answer.status_code == 302
    assert "This archive has no file" in text_of(owner.get("/compliance/audit/archives/"))
