"""A clinic that can send: agreement, proven sender, address, segment, and a campaign about a visit."""

from typing import Any

from audit.services import Actor
from campaigns.models import Brand, Campaign
from campaigns.services import approvals, drafts
from compliance.models import Sender, SenderDomain
from contacts.models import Attribute
from segments.models import Segment
from tenancy import clock
from tests.factories.compliance import agreement_in_force

MARKETER = Actor(kind="user", id="marketer-1", name="Dana Whitlow")
OFFICER = Actor(kind="user", id="officer-1", name="Priya Castellane")

SENDER_DOMAIN = "mail.elm.example"
EVERYBODY: dict[str, Any] = {
    "match": "all",
    "rules": [{"field": "identity.email", "operator": "known"}],
}
CONTENT = {
    "subject": "A reminder from {{ organization }}",
    "preheader": "Please read.",
    "blocks": [
        {"id": "a", "type": "heading", "text": 'Hello {{ given_name | default("there") }}'},
        {
            "id": "b",
            "type": "text",
            "text": "See you on {{ next_visit }}.",
            "show_if": "next_visit",
        },
    ],
}


def sender(local_part: str = "care") -> Sender:
    domain = SenderDomain.objects.create(
        domain=SENDER_DOMAIN, checked_at=clock.now(), verified_at=clock.now()
    )
    return Sender.objects.create(
        domain=domain, display_name="Elm Street Clinic", local_part=local_part
    )


def segment(name: str = "Upcoming appointment", rule: dict[str, Any] = EVERYBODY) -> Segment:
    return Segment.objects.create(name=name, rule=rule)


def next_visit() -> Attribute:
    return Attribute.objects.create(
        key="next_visit", label="Next visit", type="date", phi_class="phi"
    )


def brand() -> Brand:
    return Brand.objects.create(
        postal_address="1 Elm Street, Millbrook", websites=["www.elm.example"]
    )


def ready_campaign(**changes: Any) -> Campaign:
    """A draft that nothing keeps from being submitted."""
    agreement_in_force()
    brand()
    next_visit()
    campaign = drafts.create_blank(name="Visit reminder", purpose="appointment", actor=MARKETER)
    values = {"segment": segment(), "sender": sender(), "content": CONTENT, **changes}
    return drafts.change(campaign, values, version=campaign.version, actor=MARKETER)


def submitted_campaign(**changes: Any) -> Campaign:
    campaign = ready_campaign(**changes)
    approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    campaign.refresh_from_db()
    return campaign


def approved_campaign(**changes: Any) -> Campaign:
    """Approved by the officer; started as the campaign says, by hand unless told otherwise."""
    campaign = submitted_campaign(**{"start": "by_hand", **changes})
    approval = campaign.approvals.get()
    return approvals.approve(approval, content_hash=approval.content_hash, actor=OFFICER)
