"""Mail about care that reached nobody stays until somebody says how the person was told."""

from datetime import timedelta

import pytest
from django.db import transaction

from audit.models import AuditEvent
from campaigns.models import Campaign
from delivery.escrow.services import settle_notice
from delivery.inbound import facts
from delivery.inbound.understanding import Bounce
from delivery.models import FollowUp, Message
from delivery.replies import Meaning
from delivery.reports.worklists import undelivered
from delivery.reports.worklists.undelivered import NotFollowedUp
from tenancy import clock
from tests.accounts.signing_in import make_member
from tests.browser import assert_accessible
from tests.delivery.reports.reading import page
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_item, make_message

FAILED = {"status": "failed", "route": "", "reason": "no_such_address"}


@pytest.fixture
def lost(ada) -> Message:
    return make_message(ada, cause_id=make_campaign().id, **FAILED)


@pytest.fixture
def unknown(ada) -> Message:
    return make_message(
        ada,
        cause_id=make_campaign().id,
        status="uncertain",
        route="",
        reason="no_answer",
        uncertain_at=clock.now(),
    )


def waiting() -> set:
    return set(undelivered.waiting().values_list("id", flat=True))


def test_what_must_arrive_and_did_not_is_in_the_list(ada, lost, unknown):
    make_message(ada, **FAILED | {"mail_class": "bulk"})
    make_message(ada, status="sent", route="tls")
    make_message(ada, cause="test", **FAILED)
    given_back = make_message(ada, status="sent", route="tls")
    FollowUp.objects.create(message=given_back)
    item = make_item(make_contact(external_id="EV-2", email="ben@postbox.example"))
    settle_notice(item.id, accepted=False)
    assert waiting() == {lost.id, unknown.id, given_back.id, item.message_id}


def test_a_person_ends_it_by_saying_how(as_, lost, ada):
    marketer = as_("marketer")
    assert "The mailbox does not exist." in page(marketer.get("/undelivered/"))
    marketer.post(f"/undelivered/{lost.id}/assign/")
    assert "Looked after by Mara Marketer" in page(marketer.get(f"/undelivered/{lost.id}/"))
    said = {"outcome": "telephone", "note": "Called at ten, she comes on Monday."}
    marketer.post(f"/undelivered/{lost.id}/settle/", said)

    follow_up = FollowUp.objects.get(message=lost)
    assert (follow_up.outcome, follow_up.done_by_name) == ("telephone", "Mara Marketer")
    assert follow_up.note == "Called at ten, she comes on Monday."
    assert waiting() == set()
    assert "Reached by telephone" in page(marketer.get("/undelivered/?state=done"))
    event = AuditEvent.objects.get(action="undelivered.settled")
    assert event.detail["outcome"] == "telephone"
    assert "Monday" not in str(event.detail)


@pytest.mark.parametrize("outcome", ["", "sent_again", "lost"])
def test_an_end_without_a_word_is_refused(as_, lost, outcome):
    answer = as_("marketer").post(f"/undelivered/{lost.id}/settle/", {"outcome": outcome})
    assert answer.status_code == 422
    assert "Say how the person was reached." in answer.content.decode()
    assert FollowUp.objects.filter(done_at__isnull=False).count() == 0
    assert waiting() == {lost.id}


def test_what_is_late_says_so_on_home(as_, lost):
    marketer = as_("marketer")
    assert "1 message about care did not arrive Reach these people" in page(marketer.get("/"))
    Message.objects.filter(pk=lost.pk).update(settled_at=clock.now() - timedelta(days=3))
    assert "1 message about care did not arrive 1 of them for more" in page(marketer.get("/"))
    assert "Late" in page(marketer.get("/undelivered/"))


def test_what_may_have_arrived_is_sent_again_by_a_person_only(as_, unknown):
    made = unknown.message_id
    as_("marketer").post(f"/undelivered/{unknown.id}/send-again/")
    unknown.refresh_from_db()
    assert (unknown.status, unknown.settled_at, unknown.message_id) == ("queued", None, made)
    assert unknown.uncertain_at is not None
    assert FollowUp.objects.get().outcome == "sent_again"
    assert waiting() == set()
    assert AuditEvent.objects.filter(action="message.sent_again").count() == 1


def test_it_comes_back_when_that_fails_too(unknown, nurse):
    undelivered.send_again(unknown, actor=nurse)
    with clock.at(clock.now() + timedelta(hours=1)):
        Message.objects.filter(pk=unknown.pk).update(
            status="uncertain", settled_at=clock.now(), reason="no_answer"
        )
        assert waiting() == {unknown.id}
        undelivered.settle(unknown, outcome="letter", note="", actor=nurse)
        assert waiting() == set()


def test_it_comes_back_when_it_is_given_back_after_that(unknown, nurse):
    """The server took the second copy, and later returned it: nobody may think that it arrived."""
    undelivered.send_again(unknown, actor=nurse)
    Message.objects.filter(pk=unknown.pk).update(status="sent", route="tls", settled_at=clock.now())
    assert waiting() == set()
    bounce = Bounce(Meaning.NO_SUCH_ADDRESS, "5.1.1", "no such user")
    with transaction.atomic():
        facts.record_bounce(Message.objects.get(pk=unknown.pk), bounce)
    assert waiting() == {unknown.id}
    assert FollowUp.objects.get().outcome == ""


def test_the_time_counts_from_when_it_failed_or_came_back(as_, ada, lost, nurse):
    long_ago = clock.now() - timedelta(days=3)
    Message.objects.filter(pk=lost.pk).update(settled_at=long_ago)
    undelivered.assign(Message.objects.get(pk=lost.pk), actor=nurse)
    given_back = make_message(ada, status="sent", route="tls", settled_at=long_ago)
    FollowUp.objects.create(message=given_back)
    assert undelivered.late() == 1
    assert undelivered.case_of(Message.objects.get(pk=lost.pk)).is_late
    assert not undelivered.case_of(Message.objects.get(pk=given_back.pk)).is_late


def test_a_message_that_is_known_to_have_failed_is_not_sent_again(lost, nurse):
    with pytest.raises(NotFollowedUp, match="nobody knows"):
        undelivered.send_again(lost, actor=nurse)
    lost.refresh_from_db()
    assert lost.status == "failed"


def test_nothing_of_a_paused_campaign_leaves(unknown, nurse):
    Campaign.objects.update(status="paused")
    with pytest.raises(NotFollowedUp, match="paused"):
        undelivered.send_again(unknown, actor=nurse)
    unknown.refresh_from_db()
    assert (unknown.status, FollowUp.objects.count()) == ("uncertain", 0)


def test_who_only_reads_reports_changes_nothing(as_, lost):
    analyst = as_("analyst")
    assert analyst.get("/undelivered/").status_code == 403
    assert analyst.post(f"/undelivered/{lost.id}/assign/").status_code == 403
    assert FollowUp.objects.count() == 0


@pytest.mark.browser
def test_the_pages_stand(open_as, clinic, lost, unknown):
    marketer = make_member(clinic, "marketer")
    for path in (
        "/undelivered/",
        "/undelivered/?state=uncertain",
        f"/undelivered/{lost.id}/",
        f"/undelivered/{unknown.id}/",
    ):
        assert_accessible(open_as(marketer, path))
