"""Asking a second person, and their answer. What is approved is one document with one hash."""

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from campaigns import binding
from campaigns.errors import ApprovalNotAllowed, CampaignNotReady
from campaigns.models import Approval, Campaign
from campaigns.models.approval import APPROVAL_LASTS
from campaigns.queries import approvals as approval_queries
from campaigns.queries import readiness
from campaigns.services import drafts, notices, sending
from compliance import queries as compliance
from compliance.models import Policy
from tenancy import clock

LONGEST_REASON = 1000


def submit(campaign: Campaign, *, version: int, actor: Actor) -> Approval:
    """Ask for approval of the campaign as its author sees it.

    Raises CampaignNotReady with every reason, ContentChanged if somebody saved in between, and
    CampaignNotEditable.
    """
    _require_ready(campaign)
    return _submit(campaign, version=version, actor=actor)


@transaction.atomic
def withdraw(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Take the question back, or an approval that is not wanted any more."""
    campaign = drafts.editable(campaign)
    if campaign.status == Campaign.Status.DRAFT:
        raise ApprovalNotAllowed("Nobody was asked to approve this campaign.")
    drafts.void_approvals(campaign, actor=actor, because=["withdrawn"])
    drafts.back_to_draft(campaign)
    campaign.save(update_fields=["status", "content_hash"])
    audit.record("campaign.withdrawn", actor=actor, on=campaign)
    return campaign


def approve(approval: Approval, *, content_hash: str, actor: Actor) -> Campaign:
    """Approve what was asked about, and start it if that is what was asked.

    `content_hash` is what the person had before them. Raises ApprovalNotAllowed for who wrote or
    submitted it, and if it has changed since.
    """
    _refuse_authors(approval, actor)
    return _decide(approval, content_hash=content_hash, actor=actor, is_self_attested=False)


@transaction.atomic
def refuse(approval: Approval, *, reason: str, actor: Actor) -> Campaign:
    """Send the campaign back to its author, who reads why. Raises ApprovalNotAllowed."""
    reason = _checked_reason(reason, "Write what should change, so that the author can do it.")
    approval, campaign = _open(approval)
    _answer(approval, Approval.Decision.REFUSED, actor)
    approval.reason = reason
    approval.save(update_fields=[*ANSWER, "reason"])
    drafts.back_to_draft(campaign)
    campaign.save(update_fields=["status", "content_hash"])
    audit.record("campaign.refused", actor=actor, on=campaign, content_hash=approval.content_hash)
    notices.mail_sent_back(approval)
    return campaign


def attest(campaign: Campaign, *, version: int, reason: str, actor: Actor) -> Campaign:
    """Approve one's own campaign, where the workspace's policy allows it, with a recorded reason."""
    if compliance.policy().approval_mode != Policy.ApprovalMode.SELF_ATTESTATION:
        raise ApprovalNotAllowed("Your policy asks for a second person. Submit it for approval.")
    reason = _checked_reason(reason, "Write why no second person looks at it.")
    _require_ready(campaign)
    with transaction.atomic():
        approval = _submit(campaign, version=version, actor=actor)
        approval.reason = reason
        approval.save(update_fields=["reason"])
        return _decide(
            approval, content_hash=approval.content_hash, actor=actor, is_self_attested=True
        )


ANSWER = ["decision", "decided_by", "decided_by_name", "decided_at"]


@transaction.atomic
def _decide(
    approval: Approval, *, content_hash: str, actor: Actor, is_self_attested: bool
) -> Campaign:
    approval, campaign = _open(approval)
    if content_hash != approval.content_hash:
        raise ApprovalNotAllowed("The campaign was submitted again. Look at it once more.")
    if changed := approval_queries.changed_since(approval, campaign):
        raise ApprovalNotAllowed(
            f"Since it was submitted, {_listed(changed)} changed. It must be submitted again."
        )
    _answer(approval, Approval.Decision.APPROVED, actor)
    approval.is_self_attested = is_self_attested
    approval.expires_at = clock.now() + APPROVAL_LASTS
    approval.save(update_fields=[*ANSWER, "is_self_attested", "expires_at"])
    campaign.status = Campaign.Status.APPROVED
    campaign.save(update_fields=["status"])
    audit.record(
        "campaign.attested" if is_self_attested else "campaign.approved",
        actor=actor,
        on=campaign,
        content_hash=approval.content_hash,
    )
    return sending.start_as_planned(campaign, actor=actor)


def _require_ready(campaign: Campaign) -> None:
    """Looks at everybody in the segment, so it runs before anything is locked."""
    if campaign.status != Campaign.Status.DRAFT:
        raise CampaignNotReady(["This campaign is submitted already."])
    if reasons := readiness.blocking_reasons(campaign):
        raise CampaignNotReady(reasons)


@transaction.atomic
def _submit(campaign: Campaign, *, version: int, actor: Actor) -> Approval:
    campaign = drafts.editable(campaign)
    drafts.require_version(campaign, version)
    document = approval_queries.document(campaign)
    approval = Approval.objects.create(
        campaign=campaign,
        document=document,
        content_hash=binding.hash_of(document),
        requested_by=actor.id,
        requested_by_name=actor.name,
    )
    campaign.status = Campaign.Status.SUBMITTED
    campaign.content_hash = approval.content_hash
    campaign.save(update_fields=["status", "content_hash"])
    audit.record("campaign.submitted", actor=actor, on=campaign, content_hash=approval.content_hash)
    return approval


def _refuse_authors(approval: Approval, actor: Actor) -> None:
    """Nobody approves what they wrote or submitted (separation of duties)."""
    if approval.was_written_by(actor.id):
        audit.record_denial(
            "campaign.approve", actor=actor, on=approval.campaign, reason="own work"
        )
        raise ApprovalNotAllowed(
            "You wrote or submitted this campaign. Somebody else must approve it."
        )


def _open(approval: Approval) -> tuple[Approval, Campaign]:
    campaign = drafts.editable(approval.campaign)
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if not approval.is_open or campaign.status != Campaign.Status.SUBMITTED:
        raise ApprovalNotAllowed("This question was answered or taken back.")
    return approval, campaign


def _answer(approval: Approval, decision: Approval.Decision, actor: Actor) -> None:
    approval.decision = decision
    approval.decided_by, approval.decided_by_name = actor.id, actor.name
    approval.decided_at = clock.now()


def _checked_reason(reason: str, asking: str) -> str:
    reason = reason.strip()
    if not reason:
        raise ApprovalNotAllowed(asking)
    if len(reason) > LONGEST_REASON:
        raise ApprovalNotAllowed(f"Shorten it to {LONGEST_REASON} characters.")
    return reason


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
