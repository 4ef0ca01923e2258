"""One message to one person, asked for by a system: the gate, the approval and the route of a campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from campaigns.models import Campaign
from campaigns.queries import approvals, writing
from compliance.facts import GateFacts, Outcome, Verdict
from compliance.gate import decide
from compliance.purposes import PURPOSE_RULES, Purpose
from contacts import queries as contacts
from contacts.models import Contact
from delivery import audience, chronicle
from delivery.letters.values import typed
from delivery.letters.words import LetterRefused
from delivery.models import Letter, Message, SingleSend
from delivery.must_arrive import promises
from delivery.routes import Route
from delivery.services import recipient_domains
from delivery.services.freezing import ROUTES
from delivery.wire.headers import message_id
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.ids import uuid7


class CampaignNotSendable(DomainError):
    """The campaign may not go out one by one."""


@dataclass(frozen=True)
class Given:
    """What a system gives for one message from a campaign, beside the person."""

    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    labels: Mapping[str, object] = field(default_factory=dict, repr=False)
    send_at: datetime | None = None
    # Earlier than what the campaign itself promises, or it changes nothing.
    must_arrive_by: datetime | None = None


@transaction.atomic
def send_single(
    campaign: Campaign,
    contact: Contact,
    *,
    request_id: UUID,
    actor: Actor,
    given: Given | None = None,
) -> Message:
    """The message for this request, queued or skipped with the gate's verdict. Repeat-safe.

    Raises CampaignNotSendable unless it is approved as it stands and about care or payment, and
    LetterRefused for a value that its template has no field for, or a deadline that cannot be kept.
    """
    known = Message.objects.filter(cause=Message.Cause.API, cause_id=request_id).first()
    if known is not None:
        return known
    sender = _checked(campaign)
    compiled, given = writing.compiled(campaign), given or Given()
    values = typed(given.values, compiled.fields)
    _check_deadline(given, campaign)
    facts = audience.sending_facts(campaign, compiled)
    people = list(contacts.people([contact.pk]))
    verdict = decide(GateFacts(facts, contacts.person_facts(people)[contact.pk]))
    route = audience.route_of(verdict, facts, campaign.protection, was_safe=True)
    send = SingleSend.objects.create(id=request_id, campaign=campaign, asked_by=actor.id)
    planned = Planned(verdict, route, audience.mail_class_of(campaign), sender)
    _keep(given, values, send, contact)
    message = born(send, contact, planned, due_at=given.send_at)
    if deadlines := _deadlines(given, campaign):
        promises.promise([message], deadline_at=min(deadlines))
    audit.record(
        "message.asked_for",
        actor=actor,
        on=message,
        campaign=str(campaign.pk),
        status=message.status,
    )
    return message


def _check_deadline(given: Given, campaign: Campaign) -> None:
    if given.must_arrive_by is not None:
        leaves_at = given.send_at or clock.now()
        try:
            promises.check(given.must_arrive_by, purpose=str(campaign.purpose), sends_at=leaves_at)
        except promises.DeadlineRefused as refusal:
            raise LetterRefused("must_arrive_by", str(refusal)) from None


def _deadlines(given: Given, campaign: Campaign) -> list[datetime]:
    """What the system asks for, and what the author of the campaign said."""
    said = promises.deadline_of(campaign, given.send_at or clock.now())
    return [each for each in (given.must_arrive_by, said) if each is not None]


def _keep(given: Given, values: dict[str, object], send: SingleSend, contact: Contact) -> None:
    if values or given.labels:
        purpose = str(send.campaign.purpose) if send.campaign else ""
        Letter.objects.create(
            send=send,
            contact=contact,
            purpose=purpose,
            sensitivity=0,
            values=values,
            labels=dict(given.labels),
        )


class Planned(NamedTuple):
    """How a message is to travel, and the domain that it is sent from."""

    verdict: Verdict
    route: Route
    mail_class: Message.MailClass
    sender: str


def born(
    send: SingleSend, contact: Contact, planned: Planned, *, due_at: datetime | None
) -> Message:
    """The message of this request, queued or skipped with the gate's verdict."""
    verdict = planned.verdict
    is_denied = verdict.outcome is Outcome.DENY
    mail_id, now = uuid7(), clock.now()
    domain = recipient_domains.domain_in(contact.identity.get("email"))
    message = Message.objects.create(
        id=mail_id,
        cause=Message.Cause.API,
        cause_id=send.pk,
        contact=contact,
        mail_class=planned.mail_class,
        status=Message.Status.SKIPPED if is_denied else Message.Status.QUEUED,
        verdict=verdict.as_record(),
        reason=verdict.reasons[0].value if is_denied else "",
        route=ROUTES.get(planned.route.way, ""),
        required_level=planned.route.required.value,
        message_id=message_id(mail_id, planned.sender),
        domain_index=recipient_domains.keep([domain])[domain] if domain else None,
        due_at=due_at or now,
        settled_at=now if is_denied else None,
    )
    chronicle.tell_born([message])
    return message


def _checked(campaign: Campaign) -> str:
    """The domain that the campaign is sent from."""
    if PURPOSE_RULES[Purpose(campaign.purpose)].is_discretionary:
        raise CampaignNotSendable(
            "One message at a time is for care and payment. Mail that can wait goes out as a campaign."
        )
    if campaign.sender is None or approvals.in_force(campaign) is None:
        raise CampaignNotSendable("The campaign is not approved as it stands. Have it approved.")
    return str(campaign.sender.domain.domain)
