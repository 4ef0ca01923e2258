"""The audit log is looked through on a schedule, by people who are named, and signed off."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Countersignature, Membership
from accounts.services import countersignatures
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from compliance.models import Review, ReviewPlan, SavedView
from compliance.services import reviews
from tenancy import clock
from tenancy.models import SystemMail
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.compliance.reading import text_of

PAGE = "/compliance/audit/reviews/"


@pytest.fixture
def cora(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


@pytest.fixture
def officer(cora):
    return browser_of(cora)


def test_the_named_person_signs_off_what_happened(officer, cora, nurse):
    officer.post(f"{PAGE}plan/", {"reviewers": [str(cora.pk)], "every_days": "30"})
    officer.post("/compliance/audit/views/", {"name": "Refusals", "kind": "refused"})
    view = SavedView.objects.get()
    opened = officer.get(f"/compliance/audit/views/{view.pk}/")
    assert opened["Location"] == "/compliance/audit/?kind=refused"
    first = AuditEvent.objects.earliest("recorded_at").recorded_at
    counted = AuditEvent.objects.count()
    assert officer.post(f"{PAGE}sign-off/", {"note": "Nothing odd"}).status_code == 302
    review = Review.objects.get()
    assert (review.reviewer_name, review.note, review.views) == (
        "Cora Officer", "Nothing odd", ["Refusals"],
    )  # fmt: skip
    assert (review.begin, review.events, review.size) == (first, counted, counted)
    assert ReviewPlan.objects.get().due_at == review.end + timedelta(days=30)
    page = text_of(officer.get(PAGE))
    assert "Nothing odd Looked at Refusals" in page
    officer.post(f"{PAGE}sign-off/", {"note": "Still nothing"})
    second = Review.objects.latest("end")
    assert (second.begin, second.views) == (review.end, [])


def test_who_is_not_named_signs_nothing_off(clinic, officer, cora):
    owner = make_member(clinic, "owner", "Olive Owner")
    reviews.plan([str(owner.pk)], every_days=30, actor=actor_for(cora))
    assert officer.post(f"{PAGE}sign-off/", {"note": "All good"}).status_code == 422
    assert not Review.objects.exists()
    denied = AuditEvent.objects.get(action="review.signed_off")
    assert denied.outcome == "denied"


def test_a_longer_interval_needs_a_second_person_and_a_shorter_one_does_not(clinic, officer, cora):
    olive = make_member(clinic, "owner", "Olive Owner")
    plan = {"reviewers": [str(cora.pk)], "every_days": "30"}
    officer.post(f"{PAGE}plan/", plan)
    begun = ReviewPlan.objects.get().due_at - timedelta(days=30)
    assert officer.post(f"{PAGE}plan/", plan | {"every_days": "20"}).status_code == 302
    assert ReviewPlan.objects.get().due_at == begun + timedelta(days=20)

    longer = plan | {"every_days": "90", "reviewers": [str(cora.pk), str(olive.pk)]}
    assert officer.post(f"{PAGE}plan/", longer).status_code == 422
    let_proof_grow_old(cora)
    assert officer.post(f"{PAGE}plan/", longer | {"reason": "Quiet"}).status_code == 403
    assert not Countersignature.objects.exists()
    assert browser_of(cora).post(f"{PAGE}plan/", longer | {"reason": "Quiet"}).status_code == 302
    kept = ReviewPlan.objects.get()
    assert (kept.every_days, len(kept.reviewers)) == (20, 2)

    countersignatures.grant(Countersignature.objects.get().pk, actor=actor_for(olive))
    kept.refresh_from_db()
    assert (kept.every_days, kept.due_at) == (90, begun + timedelta(days=90))
    history = text_of(browser_of(cora).get("/compliance/changes/"))
    assert "Interval: 20 days → 90 days" in history
    assert "Reviewers: Cora Officer → Cora Officer, Olive Owner" in history


def test_saving_the_plan_again_puts_nothing_off(cora):
    reviews.plan([str(cora.pk)], every_days=30, actor=actor_for(cora))
    due_at = ReviewPlan.objects.get().due_at
    with clock.at(clock.now() + timedelta(days=29)):
        reviews.plan([str(cora.pk)], every_days=30, actor=actor_for(cora))
        reviews.plan([str(cora.pk)], every_days=29, actor=actor_for(cora))
    assert ReviewPlan.objects.get().due_at == due_at - timedelta(days=1)


def test_a_sign_off_needs_a_note(officer, cora):
    reviews.plan([str(cora.pk)], every_days=30, actor=actor_for(cora))
    assert officer.post(f"{PAGE}sign-off/", {"note": " "}).status_code == 422
    assert not Review.objects.exists()


def test_only_who_may_read_the_log_can_be_named(clinic, officer, marketer):
    mara = Membership.objects.get(role="marketer")
    chosen = {"reviewers": [str(mara.user_id)], "every_days": "30"}
    assert officer.post(f"{PAGE}plan/", chosen).status_code == 422
    assert not ReviewPlan.objects.exists()
    assert marketer.get(PAGE).status_code == 403


def test_an_auditor_reviews_and_plans_nothing(clinic, cora):
    auditor = make_member(clinic, "auditor", "Aude Auditor")
    reviews.plan([str(auditor.pk)], every_days=30, actor=actor_for(cora))
    browser = browser_of(auditor)
    assert browser.post(f"{PAGE}plan/", {"every_days": "90"}).status_code == 403
    assert browser.post(f"{PAGE}sign-off/", {"note": "Fine"}).status_code == 302
    assert Review.objects.get().reviewer_name == "Aude Auditor"


def test_it_is_on_home_before_it_is_due(officer, cora):
    reviews.plan([str(cora.pk)], every_days=30, actor=actor_for(cora))
    assert reviews.due_for(actor_for(cora)) is None
    with clock.at(clock.now() + timedelta(days=28)):
        assert reviews.due_for(actor_for(cora)) is not None
        assert reviews.due_for(reviews.SYSTEM) is None
    ReviewPlan.objects.update(due_at=clock.now())
    assert "Review the audit log" in text_of(officer.get("/"))


def test_reviewers_are_reminded_once_when_it_is_late(clinic, cora):
    make_member(clinic, "owner", "Olive Owner")
    reviews.plan([str(cora.pk)], every_days=30, actor=actor_for(cora))
    reviews.remind()
    assert not SystemMail.objects.filter(kind="review_overdue").exists()
    ReviewPlan.objects.update(due_at=clock.now() - timedelta(seconds=5))
    assert clinic.id in reviews.tenants_overdue()
    for _ in range(2):
        reviews.remind()
    assert SystemMail.objects.get(kind="review_overdue").to == cora.email
    assert clinic.id not in reviews.tenants_overdue()
    assert AuditEvent.objects.filter(action="review.overdue").count() == 1


def test_everybody_who_might_is_reminded_if_no_reviewer_is_left(clinic, cora):
    owner = make_member(clinic, "owner", "Olive Owner")
    reviews.plan([str(owner.pk)], every_days=30, actor=actor_for(cora))
    Membership.objects.filter(user=owner).update(status="suspended")
    ReviewPlan.objects.update(due_at=clock.now())
    reviews.remind()
    assert SystemMail.objects.get(kind="review_overdue").to == cora.email


def test_a_sign_off_stays_as_it_is(officer, cora):
    reviews.plan([str(cora.pk)], every_days=30, actor=actor_for(cora))
    reviews.sign_off(note="Nothing odd", actor=actor_for(cora))
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Review.objects.update(events=0)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE compliance_reviewplan SET every_days = 0")
    assert Review.objects.get().events > 0


def test_a_view_is_deleted_and_the_log_stays(officer, cora):
    officer.post("/compliance/audit/views/", {"name": "Night", "kind": "phi"})
    view = SavedView.objects.get()
    officer.post(f"/compliance/audit/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()
    assert AuditEvent.objects.filter(object_id=str(view.pk)).count() == 2
