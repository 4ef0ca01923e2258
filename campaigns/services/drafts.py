"""Campaigns while they are written. Every change is counted, and voids what was approved before."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from campaigns.content.model import read_content
from campaigns.errors import CampaignNotEditable, CampaignNotStoppable, ContentChanged
from campaigns.models import Approval, Campaign, Template
from campaigns.queries import suggestions, writing
from campaigns.recipes import Recipe
from campaigns.services.templates import CHANGED, checked_name
from compliance.purposes import PURPOSE_RULES, Purpose
from tenancy import clock

CHANGEABLE = frozenset(
    {
        "name", "purpose", "remuneration", "segment", "sender", "protection", "label",
        "counts_clicks", "counts_opens", "start", "planned_at", "content", "arrives_within_hours",
        "arrives_by",
    }
)  # fmt: skip
EMPTY: dict[str, object] = {"subject": "", "preheader": "", "blocks": []}


def create_from_recipe(recipe: Recipe, *, actor: Actor) -> Campaign:
    """A draft with everything filled in that can be guessed: sender, content, and the audience."""
    return _create(
        actor,
        name=f"{recipe.name}, {clock.now():%B %Y}",
        purpose=recipe.purpose,
        remuneration=recipe.remuneration,
        recipe=recipe.key,
        segment=suggestions.segment_for(recipe),
        content=recipe.document(writing.schema(), writing.websites()),
    )


def create_from_template(template: Template, *, actor: Actor) -> Campaign:
    return _create(actor, name=template.name, purpose=template.purpose, content=template.content)


def create_blank(*, name: str, purpose: str, actor: Actor) -> Campaign:
    """Raises CampaignNotNamed."""
    return _create(actor, name=checked_name(name), purpose=purpose, content=EMPTY)


def duplicate(campaign: Campaign, *, actor: Actor) -> Campaign:
    """A new draft with the same content, audience and sender."""
    return _create(
        actor,
        name=f"{campaign.name} (copy)"[:120],
        purpose=campaign.purpose,
        remuneration=campaign.remuneration,
        recipe=campaign.recipe,
        segment=campaign.segment,
        sender=campaign.sender,
        protection=campaign.protection,
        label=campaign.label,
        arrives_within_hours=campaign.arrives_within_hours,
        counts_clicks=campaign.counts_clicks,
        counts_opens=campaign.counts_opens,
        content=campaign.content,
    )


@transaction.atomic
def _create(actor: Actor, **values: Any) -> Campaign:
    values.setdefault("sender", suggestions.sender())
    # Whether somebody reads what is about their care is nobody's business unless an author says so.
    values.setdefault("counts_clicks", PURPOSE_RULES[Purpose(values["purpose"])].is_discretionary)
    campaign = Campaign.objects.create(
        **values, authors=[actor.id], author_name=actor.name, content_hash=""
    )
    audit.record("campaign.created", actor=actor, on=campaign, recipe=campaign.recipe)
    return campaign


@transaction.atomic
def change(
    campaign: Campaign, changes: Mapping[str, object], *, version: int, actor: Actor
) -> Campaign:
    """Store new values over the version that their author had before them.

    An approval, given or asked for, is void from then on. Raises ContentChanged if somebody saved in
    between, CampaignNotEditable once the campaign is scheduled, CampaignNotNamed, and ContentRefused
    for content of another shape.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise ValueError(f"not for an author to change: {', '.join(sorted(unknown))}")
    values = dict(changes)
    if isinstance(document := values.get("content"), Mapping):
        values["content"] = read_content(document).as_json()
    if isinstance(name := values.get("name"), str):
        values["name"] = checked_name(name)
    campaign = editable(campaign)
    require_version(campaign, version)
    changed = [key for key, value in values.items() if getattr(campaign, key) != value]
    if not changed:
        return campaign
    for key in changed:
        setattr(campaign, key, values[key])
    _store(campaign, changed, actor)
    return campaign


def _store(campaign: Campaign, changed: list[str], actor: Actor) -> None:
    campaign.version += 1
    campaign.changed_at = clock.now()
    campaign.authors = sorted({*campaign.authors, actor.id})
    written = [*changed, "version", "changed_at", "authors"]
    if campaign.status != Campaign.Status.DRAFT:
        void_approvals(campaign, actor=actor, because=changed)
        back_to_draft(campaign)
        written += ["status", "content_hash"]
    campaign.save(update_fields=written)
    audit.record(
        "campaign.changed", actor=actor, on=campaign, version=campaign.version, fields=changed
    )


def editable(campaign: Campaign) -> Campaign:
    """The campaign, locked. Raises CampaignNotEditable once it is scheduled."""
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("segment", "sender__domain")
        .get(pk=campaign.pk)
    )
    if not campaign.is_editable:
        status = campaign.get_status_display().lower()
        raise CampaignNotEditable(
            f"This campaign is {status}. Take it back first, or make a copy of it."
        )
    return campaign


def require_version(campaign: Campaign, version: int) -> None:
    if campaign.version != version:
        raise ContentChanged(CHANGED)


def back_to_draft(campaign: Campaign) -> None:
    campaign.status = Campaign.Status.DRAFT
    campaign.content_hash = ""


def void_approvals(campaign: Campaign, *, actor: Actor, because: list[str]) -> None:
    """Approvals and open questions about what is no longer so."""
    voided = Approval.objects.filter(campaign=campaign, voided_at=None).exclude(
        decision=Approval.Decision.REFUSED
    )
    if voided.update(voided_at=clock.now()):
        audit.record("campaign.approval_voided", actor=actor, on=campaign, fields=because)


@transaction.atomic
def discard(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Give a draft up; it stays in the list of canceled campaigns. Raises CampaignNotStoppable."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if not campaign.is_editable:
        raise CampaignNotStoppable("Only a campaign that is not scheduled can be discarded.")
    void_approvals(campaign, actor=actor, because=["discarded"])
    campaign.status, campaign.ended_at = Campaign.Status.CANCELED, clock.now()
    campaign.save(update_fields=["status", "ended_at"])
    audit.record("campaign.discarded", actor=actor, on=campaign)
    return campaign
