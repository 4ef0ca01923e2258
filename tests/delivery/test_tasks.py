"""Celery only wakes: a real worker process freezes what is due, tenants keep apart."""

from datetime import timedelta

from campaigns.models import Campaign
from campaigns.services import sending
from delivery import tasks
from delivery.models import Dispatch, Message
from tenancy import clock
from tenancy.scope import platform_scope
from tests import waiting
from tests.factories.campaigns import MARKETER, approved_campaign
from tests.factories.contacts import make_contact


def test_a_tick_lets_a_worker_freeze_a_due_campaign(clinic, celery_worker):
    campaign = approved_campaign()
    make_contact()
    sending.send_now(campaign, actor=MARKETER)
    Campaign.objects.update(send_at=clock.now() - timedelta(seconds=1))
    with platform_scope():
        tasks.freeze_due.delay()
    waiting.until(lambda: Dispatch.objects.exclude(frozen_at=None).exists())
    assert Message.objects.get().status == "queued"
    assert Campaign.objects.get().status == "sending"


def test_a_tick_recovers_what_a_dead_worker_held(clinic, celery_worker):
    from delivery.services import lease
    from tests.delivery.sending import due

    message = due("ada", due_at=clock.now() - timedelta(hours=2))
    with clock.at(clock.now() - timedelta(hours=1)):
        lease.claim(1, stopped=())
    with platform_scope():
        tasks.recover_messages.delay()
    waiting.until(lambda: Message.objects.filter(pk=message.pk, status="queued").exists())
