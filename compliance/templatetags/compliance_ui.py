"""Pieces of compliance that other apps' pages show: `{% load compliance_ui %}`."""

from uuid import UUID

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse

from accounts.permissions import may
from audit.models import Anchor, AuditEvent
from compliance import audit_words, holding, integrity, queries
from compliance.refusal_words import refusal
from compliance.retained import in_words

register = template.Library()

# Where an audited object has a page of its own.
_PAGES = {
    "campaigns.campaign": "campaigns:detail",
    "campaigns.template": "templates:detail",
    "compliance.agreement": "compliance:signed_agreement",
    "compliance.senderdomain": "domains:detail",
    "contacts.contact": "contacts:detail",
    "segments.segment": "segments:detail",
}


@register.inclusion_tag("compliance/_agreement_required.html", takes_context=True)
def agreement_required(context: Context) -> dict[str, object]:
    """A note that leads to the agreement; nothing at all while one is in force."""
    return {
        "agreement": queries.agreement_in_force(),
        "waiting": queries.waiting_agreement(),
        "may_view": may(context["request"], "baa.view"),
    }


@register.inclusion_tag("compliance/retention/_hold.html", takes_context=True)
def legal_hold(context: Context, subject: str, subject_id: UUID) -> dict[str, object]:
    """The hold on a contact or campaign, or, for who may, the way to place one."""
    return {
        "hold": holding.hold_on(subject, subject_id),
        "subject": subject,
        "subject_id": subject_id,
        "may_edit": may(context["request"], "policy.edit"),
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def days(count: int) -> str:
    """2,192 → "6 years"."""
    return in_words(count)


@register.filter
def audit_sentence(event: AuditEvent) -> str:
    if event.outcome == AuditEvent.Outcome.DENIED:
        return refusal(event.action)
    counts = event.detail if audit_words.is_counted(event.action) else None
    return audit_words.sentence(event.action, counts)


@register.filter
def why_not_outside(anchor: Anchor) -> str:
    return integrity.why_not_outside(anchor)


@register.filter
def audit_object(event: AuditEvent) -> str:
    return audit_words.object_words(event.object_type) or audit_words.subject_words(event.action)


@register.filter
def actor_kind(event: AuditEvent) -> str:
    return audit_words.ACTOR_KINDS[event.actor_kind]


@register.filter
def audit_glyph(event: AuditEvent) -> str:
    """ban for a refusal, eye for a look at PHI, alert-circle for a failure, else nothing."""
    if event.outcome == AuditEvent.Outcome.DENIED:
        return "ban"
    if event.outcome == AuditEvent.Outcome.FAILED:
        return "alert-circle"
    return "eye" if audit_words.shows_phi(event.action) else ""


@register.filter
def object_url(event: AuditEvent) -> str:
    """The page of the object that the event is about; empty if it has none."""
    name = _PAGES.get(event.object_type)
    if not name:
        return ""
    try:
        return reverse(name, args=[event.object_id])
    except NoReverseMatch:
        return ""
