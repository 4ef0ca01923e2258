"""From approved to sent. Delivery reads what these leave in the row: a status and a time.

Delivery takes campaigns that are due with `begin`, looks at the status before it hands over more,
and ends with `finish`.
"""

from datetime import datetime, timedelta

from django.db import transaction

from audit import services as audit
from audit.services import SYSTEM, Actor
from campaigns.errors import CampaignNotSendable, CampaignNotStoppable
from campaigns.models import Campaign
from campaigns.queries import approvals
from campaigns.services import drafts
from compliance import queries as compliance
from compliance.stopping import Stopped
from tenancy import clock

UNDO_FOR = timedelta(seconds=60)
Status = Campaign.Status


@transaction.atomic
def send_now(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Let the campaign go out in a minute, until when it can be taken back.

    Raises CampaignNotSendable without an approval in force, AgreementRequired without an agreement.
    """
    return _schedule(_approved(campaign), clock.now() + UNDO_FOR, actor)


@transaction.atomic
def schedule(campaign: Campaign, *, send_at: datetime, actor: Actor) -> Campaign:
    """Promise that the campaign goes out at `send_at` (aware). Raises CampaignNotSendable."""
    if send_at <= clock.now() + UNDO_FOR:
        raise CampaignNotSendable("Choose a time that is more than a minute ahead.")
    return _schedule(_approved(campaign), send_at, actor)


def start_as_planned(campaign: Campaign, *, actor: Actor) -> Campaign:
    """What follows approval, as its document says. Runs in the transaction that approves."""
    if campaign.start == Campaign.Start.ON_APPROVAL:
        return _schedule(campaign, clock.now() + UNDO_FOR, actor)
    if campaign.start == Campaign.Start.AT_TIME and campaign.planned_at is not None:
        if campaign.planned_at <= clock.now():
            raise CampaignNotSendable(
                "The planned time has passed. Send it back, so that its author plans another."
            )
        return _schedule(campaign, campaign.planned_at, actor)
    return campaign


@transaction.atomic
def take_back(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Undo sending or scheduling while nothing has left; the approval stays in force."""
    campaign = _locked(campaign)
    if campaign.status != Status.SCHEDULED:
        raise CampaignNotStoppable("It is too late to take it back. You can pause or cancel it.")
    campaign.status, campaign.send_at = Status.APPROVED, None
    campaign.save(update_fields=["status", "send_at"])
    audit.record("campaign.taken_back", actor=actor, on=campaign)
    return campaign


@transaction.atomic
def pause(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Stop handing messages over; those on the wire arrive. Raises CampaignNotStoppable."""
    return _move(campaign, (Status.SENDING,), Status.PAUSED, "campaign.paused", actor)


@transaction.atomic
def resume(campaign: Campaign, *, actor: Actor) -> Campaign:
    compliance.require_agreement()
    return _move(campaign, (Status.PAUSED,), Status.SENDING, "campaign.resumed", actor)


@transaction.atomic
def cancel(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Stop for good. What was handed over cannot be called back; the rest is never sent."""
    campaign = _move(campaign, Campaign.UNDER_WAY, Status.CANCELED, "campaign.canceled", actor)
    campaign.ended_at = clock.now()
    campaign.save(update_fields=["ended_at"])
    return campaign


def stop_campaigns() -> Stopped:
    """Of a frozen workspace: what is scheduled, under way or paused is canceled."""
    under_way = list(Campaign.objects.filter(status__in=Campaign.UNDER_WAY).order_by("pk"))
    for campaign in under_way:
        cancel(campaign, actor=SYSTEM)
    return Stopped(len(under_way), is_over=True)


@transaction.atomic
def begin(campaign: Campaign) -> bool:
    """Delivery takes a due campaign; True if it is sending now.

    False if it is not due any more, or if its approval does not cover what would be sent: then it is
    a draft again, and the trail says so.
    """
    campaign = _locked(campaign)
    if campaign.status != Status.SCHEDULED or not _is_due(campaign):
        return False
    if approvals.in_force(campaign) is None:
        _stop_uncovered(campaign)
        return False
    campaign.status, campaign.began_at = Status.SENDING, clock.now()
    campaign.save(update_fields=["status", "began_at"])
    audit.record("campaign.began", actor=SYSTEM, on=campaign, content_hash=campaign.content_hash)
    return True


def _is_due(campaign: Campaign) -> bool:
    return campaign.send_at is not None and campaign.send_at <= clock.now()


def _stop_uncovered(campaign: Campaign) -> None:
    drafts.void_approvals(campaign, actor=SYSTEM, because=["not covered"])
    drafts.back_to_draft(campaign)
    campaign.send_at = None
    campaign.save(update_fields=["status", "content_hash", "send_at"])
    audit.record("campaign.stopped_uncovered", actor=SYSTEM, on=campaign)


@transaction.atomic
def finish(campaign: Campaign) -> Campaign:
    """Delivery has settled every message of the campaign. Nothing of a paused one is left to resume."""
    campaign = _locked(campaign)
    if campaign.status in (Status.SENDING, Status.PAUSED):
        campaign.status, campaign.ended_at = Status.SENT, clock.now()
        campaign.save(update_fields=["status", "ended_at"])
        audit.record("campaign.sent", actor=SYSTEM, on=campaign)
    return campaign


def _approved(campaign: Campaign) -> Campaign:
    compliance.require_agreement()
    campaign = drafts.editable(campaign)
    if campaign.status != Status.APPROVED:
        raise CampaignNotSendable("This campaign is not approved yet. Submit it for approval.")
    if approvals.in_force(campaign) is None:
        raise CampaignNotSendable(
            "The approval has expired, or something that it covers changed. Submit it again."
        )
    return campaign


def _schedule(campaign: Campaign, send_at: datetime, actor: Actor) -> Campaign:
    campaign.status, campaign.send_at = Status.SCHEDULED, send_at
    campaign.save(update_fields=["status", "send_at"])
    audit.record("campaign.scheduled", actor=actor, on=campaign, send_at=send_at.isoformat())
    return campaign


def _move(
    campaign: Campaign, before: tuple[Status, ...], after: Status, action: str, actor: Actor
) -> Campaign:
    campaign = _locked(campaign)
    if campaign.status not in before:
        state = campaign.get_status_display().lower()
        raise CampaignNotStoppable(f"This campaign is {state}.")
    campaign.status = after
    campaign.save(update_fields=["status"])
    audit.record(action, actor=actor, on=campaign)
    return campaign


def _locked(campaign: Campaign) -> Campaign:
    return (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("segment", "sender__domain")
        .get(pk=campaign.pk)
    )
