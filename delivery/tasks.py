"""Celery entry points of delivery. Rows are the queue: a tick that is missed costs a little time."""

from celery import shared_task
from django.core.cache import cache

from delivery import doors, worker
from delivery.drafters import drafters
from delivery.escrow import reminders
from delivery.escrow import services as escrow
from delivery.inbound import reading
from delivery.models import Message
from delivery.must_arrive import chain
from delivery.queries import due
from delivery.services import closing, freezing, recovery, testing
from delivery.system_mail import send_system_mail
from delivery.texting import sending as texting
from delivery.tls_sent import gathering
from delivery.tls_sent import sending as tls_reports
from delivery.tracking import draining
from tenancy import fetch
from tenancy.keyring import usable
from tenancy.scope import current_tenant_id, tenant_scope
from tenancy.tasks import PlatformTask, TenantTask

# Workers of one tenant at a time: more would only take turns from the others.
SLOTS = 2
SLOT_SECONDS = 60


@shared_task(base=PlatformTask)
def wake_senders() -> None:
    """Tick: each tenant with due mail gets its workers, the longest waiting first."""
    waiting = dict(due.tenants_with_messages())
    for tenant_id in usable(waiting):
        messages = waiting[tenant_id]
        with tenant_scope(tenant_id):
            for slot in range(min(SLOTS, 1 + messages // worker.CHUNK)):
                if cache.add(f"sending:{tenant_id}:{slot}", 1, SLOT_SECONDS):
                    send_due.delay(slot)


@shared_task(base=TenantTask)
def send_due(slot: int) -> None:
    """One chunk, then back to the end of the queue, so that tenants take turns."""
    key = f"sending:{current_tenant_id()}:{slot}"
    cache.set(key, 1, SLOT_SECONDS)
    sent = worker.send_due(doors.transport(), drafters(), stopped=due.StoppedLately())
    if sent < worker.CHUNK:
        cache.delete(key)
    else:
        send_due.delay(slot)


@shared_task(base=PlatformTask)
def wake_urgent_senders() -> None:
    """Tick: codes and portal notices have a queue of their own, which workers look at first."""
    for tenant_id in usable(due.tenants_with_urgent_messages()):
        with tenant_scope(tenant_id):
            if cache.add(f"sending:{tenant_id}:urgent", 1, SLOT_SECONDS):
                send_urgent.delay()


@shared_task(base=TenantTask)
def send_urgent() -> None:
    """What somebody waits for now, whatever else of the tenant is under way."""
    try:
        worker.send_due(
            doors.transport(),
            drafters(),
            stopped=due.StoppedLately(),
            classes=Message.URGENT,
        )
    finally:
        cache.delete(f"sending:{current_tenant_id()}:urgent")


@shared_task(base=PlatformTask)
def wake_text_senders() -> None:
    """Tick: each tenant with a code that somebody waits for at a phone."""
    for tenant_id in usable(due.tenants_with_texts()):
        with tenant_scope(tenant_id):
            if cache.add(f"texting:{tenant_id}", 1, SLOT_SECONDS):
                send_urgent_texts.delay()


@shared_task(base=TenantTask)
def send_urgent_texts() -> None:
    """What is not taken now is due again after a pause, for as long as its code works."""
    try:
        texting.send_due(doors.texts())
    finally:
        cache.delete(f"texting:{current_tenant_id()}")


@shared_task(base=PlatformTask)
def freeze_due() -> None:
    """Tick: looks after campaigns that begin, are being frozen, or are over."""
    for tenant_id in usable(due.tenants_with_campaigns()):
        with tenant_scope(tenant_id):
            freeze_campaigns.apply_async(expires=30)


@shared_task(base=TenantTask)
def freeze_campaigns() -> None:
    """Begin, freeze and close the tenant's campaigns, and take its test sends."""
    testing.take_tests()
    freezing.begin_due()
    freezing.freeze_begun()
    closing.close_over()


@shared_task(base=PlatformTask)
def recover_messages() -> None:
    """Tick: takes back what workers that are gone have held."""
    for tenant_id in usable(due.tenants_with_expired_leases()):
        with tenant_scope(tenant_id):
            recovery.recover_expired()


@shared_task(base=PlatformTask)
def drain_system_mail() -> None:
    """Tick: the service's own mail, for every tenant and the platform."""
    for tenant_id in usable(due.tenants_with_system_mail()):
        with tenant_scope(tenant_id):
            send_system_mail(doors.transport())


@shared_task(base=PlatformTask)
def expire_portal_messages() -> None:
    """Tick: shreds what has been in the portal for as long as the policy says."""
    for tenant_id in usable(due.tenants_with_expired_items()):
        with tenant_scope(tenant_id):
            escrow.expire_due()


@shared_task(base=PlatformTask)
def drain_reactions() -> None:
    """Tick: what people and machines did with messages, from the stream to the tables."""
    if cache.add("draining-reactions", 1, SLOT_SECONDS):
        try:
            draining.drain()
        finally:
            cache.delete("draining-reactions")


@shared_task(base=PlatformTask)
def wake_readers() -> None:
    """Tick: each tenant for whom mail came back."""
    for tenant_id in usable(due.tenants_with_inbound_mail()):
        with tenant_scope(tenant_id):
            read_inbound.apply_async(expires=60)


@shared_task(base=TenantTask)
def read_inbound() -> None:
    """Bounces, complaints and replies that wait."""
    reading.read_waiting()


@shared_task(base=PlatformTask)
def remind_of_portal() -> None:
    """Tick: a mail without PHI about what waits unread."""
    for tenant_id in usable(due.tenants_with_reminders()):
        with tenant_scope(tenant_id):
            reminders.remind_due()


@shared_task(base=PlatformTask)
def wake_chains() -> None:
    """Tick: each tenant with messages that had to arrive by now."""
    for tenant_id in usable(due.tenants_with_arrivals()):
        with tenant_scope(tenant_id):
            look_after_arrivals.apply_async(expires=60)


@shared_task(base=TenantTask)
def look_after_arrivals() -> None:
    """What had to arrive and did not takes its next way, or goes to staff."""
    chain.look_after_due()


@shared_task(base=PlatformTask)
def report_tls() -> None:
    """Tick: tells other domains what we saw of their TLS yesterday, where they ask for it."""
    gathering.gather_due()
    tls_reports.send_due(doors.way_of_tls_reports(), doors.dns(), fetch.door())
