"""Raising an alert about somebody or about a mail domain, and the answer of a second person."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import PERMISSIONS
from audit import services as audit
from audit.services import SYSTEM, Actor
from compliance.models import Alert
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

ANSWER = "alerts.answer"
LONGEST_ANSWER = 1_000
# Where patients have their mailboxes can tell of them: the name is on the domain's own page.
A_DOMAIN = "A recipient's mail domain"


class NotAnswered(DomainError):
    """The alert is answered, is about this person, or nothing was said."""


@transaction.atomic
def raise_alert(kind: Alert.Kind, person: Actor, *, count: int) -> None:
    """Let those who may answer know, once; more of the same only raises the number."""
    alert = Alert(kind=kind, person_id=person.id, person_name=person.name, count=count)
    if not _is_new(alert):
        open_ones = Alert.objects.filter(kind=kind, person_id=person.id, answered_at=None)
        open_ones.filter(count__lt=count).update(count=count)
        return
    audit.record("alert.raised", actor=person, on=alert, kind=kind, count=count)
    for to, context in _mails(alert):
        tenancy.queue_system_mail(to=to, kind="alert", context=context)


@transaction.atomic
def raise_about_domain(kind: Alert.Kind, domain_id: UUID, *, messages: int) -> None:
    """Let those who may answer know, at most once a day for each domain.

    More of the same only raises the number, and once it is answered nothing more is said that day.
    """
    same = Alert.objects.filter(kind=kind, person_id=str(domain_id))
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if same.filter(answered_at__isnull=False, raised_at__gte=midnight).exists():
        return
    alert = Alert(kind=kind, person_id=str(domain_id), person_name=A_DOMAIN, count=messages)
    if not _is_new(alert):
        same.filter(answered_at=None).update(count=F("count") + messages)
        return
    audit.record("alert.raised", actor=SYSTEM, on=alert, kind=kind, count=messages)
    for to, context in _mails(alert):
        tenancy.queue_system_mail(to=to, kind="domain_alert", context=context)


def _is_new(alert: Alert) -> bool:
    """Stored, unless one of its kind is open already."""
    Alert.objects.bulk_create([alert], ignore_conflicts=True)
    return Alert.objects.filter(pk=alert.pk).exists()


@transaction.atomic
def answer(alert_id: UUID, *, text: str, lets_go_on: bool, actor: Actor) -> Alert:
    """Say what it was. Raises NotAnswered.

    `lets_go_on` counts the person's looks anew from now, where a budget had stopped them.
    """
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    text = text.strip()
    if alert.person_id == actor.id:
        audit.record_denial("alert.answered", actor=actor, on=alert, reason="own alert")
        raise NotAnswered("This alert is about you. Somebody else must answer it.")
    if not alert.is_open:
        raise NotAnswered("This alert is answered already.")
    if not 4 <= len(text) <= LONGEST_ANSWER:
        raise NotAnswered("Write what you found, in a few words.")
    alert.answer, alert.is_lifted, alert.answered_at = text, lets_go_on, clock.now()
    alert.answered_by, alert.answered_by_name = actor.id, actor.name
    alert.save(
        update_fields=["answer", "is_lifted", "answered_at", "answered_by", "answered_by_name"]
    )
    audit.record("alert.answered", actor=actor, on=alert, kind=alert.kind, lets_go_on=lets_go_on)
    return alert


def answered_at(kind: Alert.Kind, person_id: str) -> datetime | None:
    """When somebody looked into the last alert of this kind: what came before is no news."""
    return _latest(Alert.objects.filter(kind=kind, person_id=person_id))


def lifted_at(kind: Alert.Kind, person_id: str) -> datetime | None:
    """When the person was last let go on."""
    return _latest(Alert.objects.filter(kind=kind, person_id=person_id, is_lifted=True))


def _latest(alerts: QuerySet[Alert]) -> datetime | None:
    answered = alerts.filter(answered_at__isnull=False).order_by("-answered_at")
    return answered.values_list("answered_at", flat=True).first()


def _mails(alert: Alert) -> Iterator[tuple[str, dict[str, object]]]:
    """To each who may answer: who and how often, never about whom; of a domain not even its name."""
    context = {
        "workspace": Tenant.objects.get(pk=current_tenant_id()).name,
        "person": alert.person_name,
        "what": alert.deed,
        "span": alert.span,
        "is_about_mail": alert.is_about_mail,
        "link": url_on("staff", reverse("compliance:alert", "config.urls.staff", [alert.pk])),
    }
    answering = Membership.objects.select_related("user").filter(
        role__in=PERMISSIONS[ANSWER], status=Membership.Status.ACTIVE
    )
    for member in answering.order_by("pk"):
        if str(member.user_id) != alert.person_id:
            yield member.user.email, context
