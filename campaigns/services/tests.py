"""Sending a test to a colleague: a row that delivery fulfills through the same pipeline."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import Membership
from audit import services as audit
from audit.services import Actor
from campaigns.content.problems import ContentRefused
from campaigns.errors import TestNotSent
from campaigns.models import Campaign, TestSend
from campaigns.queries import audience, previews, writing
from compliance import queries as compliance
from compliance.facts import Sensitivity
from segments.parsing import RuleInvalid
from tenancy import clock

MOST_RECIPIENTS = 10


def request(
    campaign: Campaign, *, to: Sequence[Membership], place: int = 0, actor: Actor
) -> list[TestSend]:
    """Tests of the campaign as it stands, written as one of its first people reads it.

    Only members of the workspace can be chosen: their addresses were verified when they joined.
    Raises TestNotSent, and AgreementRequired, as a test holds that person's data.
    """
    compliance.require_agreement()
    if not to:
        raise TestNotSent("Choose who gets the test.")
    _check(campaign)
    for member in to[:MOST_RECIPIENTS]:
        _refuse_suppressed(member.user.email)
    person = previews.sample(campaign, place).person
    if person is None:
        raise TestNotSent("There is nobody to write the test as. Add contacts first.")
    with transaction.atomic():
        sent = [
            TestSend.objects.create(
                campaign=campaign,
                contact_id=person.contact_id,
                content=campaign.content,
                to=member.user.email,
                requested_by=actor.id,
            )
            for member in to[:MOST_RECIPIENTS]
        ]
        audit.record(
            "campaign.tested",
            actor=actor,
            on=campaign,
            recipients=len(sent),
            contact=str(person.contact_id),
        )
    return sent


def _check(campaign: Campaign) -> None:
    """Raises TestNotSent for one that could not travel to anybody."""
    if campaign.sender is None:
        raise TestNotSent("Choose a sender first.")
    if not campaign.sender.domain.may_send(clock.now()):
        raise TestNotSent(
            "The sender's domain may not send now. Settings, Sender domains, says which record is missing."
        )
    try:
        writing.compiled(campaign)
        sensitivity = audience.sensitivity(campaign)
    except (ContentRefused, RuleInvalid) as refused:
        raise TestNotSent(str(refused)) from refused
    if sensitivity is Sensitivity.S3:
        raise TestNotSent(
            "Specially protected information never leaves by email. Look at the preview instead."
        )


def _refuse_suppressed(address: str) -> None:
    """Raises TestNotSent for a mailbox that gets no mail of this workspace."""
    if suppression := compliance.suppression_of(address):
        raise TestNotSent(
            f"{address} gets no mail from here: {suppression.get_reason_display()}. "
            "Choose somebody else, or lift it under Suppressed addresses."
        )


def take(test: TestSend) -> bool:
    """Delivery has made a message of it; True for the one that is first to say so."""
    untaken = TestSend.objects.filter(pk=test.pk, taken_at=None)
    return untaken.update(taken_at=clock.now()) == 1
