"""What must arrive, as systems say it that were written for SendGrid or Postmark."""

from datetime import UTC, datetime, timedelta

import pytest

from delivery.models import Letter, Message, MustArrive
from integrations.models import LetterDefaults
from tenancy import clock
from tests.factories.campaigns import approved_campaign
from tests.factories.contacts import make_contact
from tests.integrations import test_postmark_shape as postmark
from tests.integrations import test_sendgrid_shape as sendgrid
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, CARE, make_proven, signing

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BY = NOW + timedelta(hours=30)
SAID = BY.isoformat().replace("+00:00", "Z")


@pytest.fixture
def system(clinic):
    make_proven()
    system = make_system()
    LetterDefaults.objects.create(key=system.key, purpose="treatment")
    with clock.at(NOW):
        yield system


def promised():
    return list(MustArrive.objects.values_list("deadline_at", flat=True))


def test_custom_args_of_ours_promise_it_and_are_no_labels(system):
    args = {"custom_args": {"order": "815", "sealpost_must_arrive_by": SAID}}
    assert sendgrid.post(system, sendgrid.MAIL | args).status_code == 202
    assert promised() == [BY]
    assert Letter.objects.get().labels["metadata"] == {"order": "815"}


def test_hours_of_a_personalization_count_from_when_it_leaves(system):
    later = NOW + timedelta(days=1)
    person = {"to": [{"email": ADA}], "custom_args": {"sealpost_must_arrive_within_hours": 5}}
    body = {"personalizations": [person], "send_at": int(later.timestamp())}
    assert sendgrid.post(system, sendgrid.MAIL | body).status_code == 202
    assert promised() == [later + timedelta(hours=5)]


def test_a_header_says_it_too(system):
    header = {"headers": {"X-Sealpost-Must-Arrive-By": SAID}}
    assert sendgrid.post(system, sendgrid.MAIL | header).status_code == 202
    assert promised() == [BY]


def test_metadata_of_ours_promises_it_and_is_no_label(system):
    labels = {"Metadata": {"order": "815", "sealpost_must_arrive_within_hours": "2"}}
    assert postmark.post(system, postmark.MAIL | labels).status_code == 200
    assert promised() == [NOW + timedelta(hours=2)]
    assert Letter.objects.get().labels["metadata"] == {"order": "815"}


def _by_template(campaign):
    return {"From": CARE, "To": ADA, "TemplateAlias": str(campaign.pk), "TemplateModel": {}}


@pytest.mark.parametrize(("hours", "kept"), [(100, BY), (10, NOW + timedelta(hours=10))])
def test_of_two_promises_for_a_template_the_earlier_is_kept(clinic, hours, kept):
    make_contact()
    campaign = approved_campaign(arrives_within_hours=hours)
    signing(campaign.sender.domain)
    body = _by_template(campaign) | {"Metadata": {"sealpost_must_arrive_by": SAID}}
    with clock.at(NOW):
        answer = postmark.post(make_system(), body, "/email/withTemplate")
    assert answer.status_code == 200
    assert promised() == [kept]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"sealpost_must_arrive_by": "2020-01-01T00:00:00Z"}, "after the message has left"),
        ({"sealpost_must_arrive_by": "2099-01-01T00:00:00Z"}, "within 90 days"),
        ({"sealpost_must_arrive_by": "2026-11-25T12:00:00"}, "with its zone"),
        ({"sealpost_must_arrive_by": "soon"}, "with its zone"),
        ({"sealpost_must_arrive_within_hours": "0"}, "1 to 2160"),
        ({"sealpost_must_arrive_within_hours": "\u0665"}, "1 to 2160"),
        ({"sealpost_must_arrive_by": SAID, "sealpost_must_arrive_within_hours": "2"}, "not both"),
    ],
)
def test_what_cannot_be_promised_is_refused_by_name_and_nothing_is_sent(system, said, words):
    message = sendgrid.refused(
        sendgrid.post(system, sendgrid.MAIL | {"custom_args": said}), "custom_args"
    )
    assert words in message
    answer = postmark.post(system, postmark.MAIL | {"Metadata": said})
    assert (answer.status_code, answer.json()["ErrorCode"]) == (422, 300)
    assert answer.json()["Message"].startswith("Metadata: ")
    assert words in answer.json()["Message"]
    assert (Message.objects.count(), MustArrive.objects.count()) == (0, 0)


def test_mail_that_can_wait_has_no_deadline_and_is_not_sent(system):
    labels = {"custom_args": {"sealpost_must_arrive_by": SAID}, "asm": {"group_id": 7}}
    assert "Only mail about care" in sendgrid.refused(
        sendgrid.post(system, sendgrid.MAIL | labels), "custom_args"
    )
    assert promised() == []


def test_a_template_refuses_what_cannot_be_promised(clinic):
    make_contact()
    campaign = approved_campaign()
    signing(campaign.sender.domain)
    body = _by_template(campaign) | {
        "Metadata": {"sealpost_must_arrive_by": "2020-01-01T00:00:00Z"}
    }
    answer = postmark.post(make_system(), body, "/email/withTemplate")
    assert (answer.status_code, answer.json()["ErrorCode"]) == (422, 300)
    assert Message.objects.count() == 0
