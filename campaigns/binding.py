"""What an approval covers, as one document with one hash: whatever is not in it may still change."""

import hashlib
import json
from collections.abc import Mapping

from campaigns.content.letterhead import Letterhead
from campaigns.models import Campaign
from compliance.facts import Fallback
from compliance.models import Policy
from compliance.purposes import PROMOTION, Purpose


def document_of(campaign: Campaign, letterhead: Letterhead, policy: Policy) -> dict[str, object]:
    """Content, audience, purpose, sender, route policy and window of a campaign as it stands."""
    segment, sender = campaign.segment, campaign.sender
    document: dict[str, object] = {
        "name": campaign.name,
        "content": campaign.content,
        "letterhead": [letterhead.organization, letterhead.postal_address],
        "segment": [str(segment.pk), segment.version] if segment else None,
        "sender": [str(sender.pk), sender.mailbox] if sender else None,
        "purpose": campaign.purpose,
        "remuneration": campaign.remuneration,
        "route": [
            campaign.protection,
            policy.tls_floor,
            policy.tls_floor_limited,
            policy.portal_from,
            policy.honors_unprotected,
        ],
        "counts": [campaign.counts_clicks, campaign.counts_opens, policy.counting_up_to],
        "start": campaign.start,
        "planned_at": campaign.planned_at.isoformat() if campaign.planned_at else None,
    }
    # Left out while they say nothing, as in approvals from before there were any.
    arrival = arrival_of(campaign)
    return (
        document
        | ({"label": campaign.label} if campaign.label else {})
        | ({"arrival": arrival} if arrival else {})
        | ({"portal_domains": sorted(domains)} if (domains := policy.portal_domains) else {})
        | ({"fallback": fallback} if (fallback := fallback_of(campaign, policy)) else {})
    )


def fallback_of(campaign: Campaign, policy: Policy) -> str:
    """What becomes of its mail where no way is safe, unless that is the portal."""
    promotes = Purpose(campaign.purpose) in PROMOTION
    fallback = policy.fallback_promotion if promotes else policy.fallback_care
    return "" if fallback == Fallback.PORTAL else str(fallback)


def arrival_of(campaign: Campaign) -> str | int | None:
    """By when it must have arrived: hours after it left, or a time."""
    if campaign.arrives_by is not None:
        return str(campaign.arrives_by.isoformat())
    return campaign.arrives_within_hours


def hash_of(document: Mapping[str, object]) -> str:
    """SHA-256 of the document's one canonical JSON form."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


CHANGED_WORDS = {
    "name": "the name",
    "content": "the content",
    "letterhead": "your postal address",
    "segment": "the audience",
    "sender": "the sender",
    "purpose": "the purpose",
    "remuneration": "the statement about third-party pay",
    "route": "the protection policy",
    "portal_domains": "the providers whose mail goes to the portal",
    "fallback": "what becomes of mail that finds no safe way",
    "label": "what its author says that it holds",
    "counts": "what is counted",
    "start": "the timing",
    "planned_at": "the timing",
    "arrival": "the deadline by which it must arrive",
}


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """What differs between two documents, in words, each once."""
    differing = [words for key, words in CHANGED_WORDS.items() if before.get(key) != after.get(key)]
    return list(dict.fromkeys(differing))
