"""Whoever has not read a message is reminded twice; then it is for staff."""

from datetime import timedelta

import pytest

from compliance import services as compliance
from compliance.models import Policy
from delivery.escrow import notices, reissuing, reminders, unread
from delivery.escrow import services as escrow
from delivery.models import EscrowEvent, EscrowItem, Message
from delivery.portal import dates
from delivery.queries import due
from tenancy import clock
from tests.factories.delivery import make_item


@pytest.fixture
def item(ada) -> EscrowItem:
    item = make_item(ada, subject="Your mammogram", text="Your mammogram is due, Ada")
    escrow.settle_notice(item.id, accepted=True)
    return item


def after(item, **time):
    return clock.at(item.deposited_at + timedelta(**time))


def reminders_of(item):
    return EscrowEvent.objects.filter(item=item, kind="reminded").order_by("occurred_at")


def test_reminds_after_three_and_after_ten_days(item):
    with after(item, days=3, seconds=-1):
        assert reminders.remind_due() == 0
        assert item.tenant_id not in due.tenants_with_reminders()
    for day in (3, 10):
        with after(item, days=day):
            assert item.tenant_id in due.tenants_with_reminders()
            assert reminders.remind_due() == 1
            assert reminders.remind_due() == 0
    with after(item, days=29):
        assert reminders.remind_due() == 0
    assert reminders_of(item).count() == 2


def test_a_reminder_says_nothing_about_health_and_holds_no_key(item):
    with after(item, days=3):
        reminders.remind_due()
        queued = Message.objects.get(cause_id=reminders_of(item).get().id)
        mail = notices.compose(queued.cause_id)
    assert (queued.cause, queued.mail_class, queued.route) == ("notice", "notice", "plain")
    assert mail.subject == "A message from Elm Street Clinic still waits for you"
    said = f"{mail.subject} {mail.html} {mail.text}"
    assert not any(word in said for word in ("mammogram", "Ada", "Quennell", "/m/"))
    assert "#" not in mail.text
    assert EscrowItem.objects.get(pk=item.pk).notice_link_key is None
    escrow.settle_notice(queued.cause_id, accepted=True)
    assert EscrowEvent.objects.filter(item=item, kind="notice_accepted").count() == 1


def test_a_reminder_leads_to_the_email_whose_link_works(clinic, ada, nurse, item):
    Policy.objects.update_or_create(defaults={"portal_may_reissue": True})
    item = make_item(ada)
    escrow.settle_notice(item.id, accepted=True)
    with after(item, days=2):
        reissuing.reissue(item, reason="Lost the email", actor=nurse)
        sent = dates.day(clock.now(), "en", clinic.time_zone)
    with after(item, days=3):
        reminders.remind_due()
    mail = notices.compose(reminders_of(item).get().id)
    assert f"that we sent to this mailbox on {sent}" in mail.text.replace("\n", " ")


def test_nobody_is_reminded_of_what_was_read_or_recalled_or_never_announced(ada, nurse, item):
    recalled, lost = make_item(ada), make_item(ada)
    escrow.settle_notice(lost.id, accepted=False)
    escrow.revoke(recalled, actor=nurse)
    EscrowItem.objects.filter(pk=item.pk).update(status="read", read_at=clock.now())
    with after(item, days=4):
        assert reminders.remind_due() == 0
    assert not EscrowEvent.objects.filter(kind="reminded").exists()


def test_a_reminder_whose_message_is_read_meanwhile_has_nothing_to_say(item):
    with after(item, days=3):
        reminders.remind_due()
    EscrowItem.objects.filter(pk=item.pk).update(status="read", read_at=clock.now())
    with pytest.raises(notices.NothingToSay):
        notices.compose(reminders_of(item).get().id)


def test_a_short_stay_has_no_reminder_after_its_end(ada, nurse):
    compliance.set_policy({"portal_expiry_days": 5}, actor=nurse)
    item = make_item(ada)
    escrow.settle_notice(item.id, accepted=True)
    with after(item, days=3):
        assert reminders.remind_due() == 1
    assert EscrowItem.objects.get(pk=item.pk).remind_at is None


def test_unread_is_what_waited_two_weeks_or_went_unread(ada, item):
    read = make_item(ada)
    EscrowItem.objects.filter(pk=read.pk).update(status="read", read_at=clock.now())
    with after(item, days=14, seconds=-1):
        assert list(unread.unread()) == []
    with after(item, days=15):
        assert list(unread.unread()) == [item]
    with clock.at(item.expires_at):
        escrow.expire_due()
        assert list(unread.unread()) == [item]
    with clock.at(item.expires_at + timedelta(days=30)):
        assert list(unread.unread()) == []
