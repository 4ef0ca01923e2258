"""The forecast of a campaign's protection, in words and numbers for its page."""

from campaigns.queries.audience import Audience
from compliance.facts import Fallback, TransportLevel
from compliance.purposes import PROMOTION

BECAUSE = {
    TransportLevel.DANE: "The server's key is published in signed DNS (DANE).",
    TransportLevel.MTA_STS: "The domain's own policy names the server (MTA-STS).",
    TransportLevel.PINNED: "You pinned the server, or it has been the same for thirty days.",
    TransportLevel.VERIFIED: "Certificate and name of the server were checked.",
    None: "Nothing is known of the server yet.",
}
COSTS = {
    Fallback.PORTAL: "Secure portal: they get a notice, and read it there.",
    Fallback.HOLD: "Held: it is tried for as long as its kind may wait, and then they get nothing.",
    Fallback.DROP: "Not sent: they get nothing.",
}
DOMAINS_NAMED = 5


def counts(audience: Audience) -> list[tuple[str, int]]:
    """The parts of the bar."""
    return [
        ("tls", audience.by_tls),
        ("soft", audience.unverified),
        ("portal", audience.portal),
        ("held", _falling_back(audience, Fallback.HOLD)),
        ("bad", _falling_back(audience, Fallback.DROP)),
    ]


def label(audience: Audience) -> str:
    words = [
        f"{audience.by_tls:,} by verified TLS",
        f"{audience.portal:,} through the secure portal",
    ]
    if audience.unverified:
        words.append(f"{audience.unverified:,} without verified TLS")
    for fallback, outcome in ((Fallback.HOLD, "held"), (Fallback.DROP, "not sent")):
        if count := _falling_back(audience, fallback):
            words.append(f"{count:,} {outcome}")
    return f"Forecast: {', '.join(words)}"


def tls_reasons(audience: Audience) -> list[tuple[str, int]]:
    """By what their servers proved last, the strongest first."""
    verified = audience.forecast.verified
    return [(words, verified[level]) for level, words in BECAUSE.items() if verified[level]]


def other_reasons(audience: Audience) -> list[tuple[str, int]]:
    """Why some mail may go without verified TLS."""
    found = audience.forecast
    reasons = (
        ("Their server proves no verified TLS, and nothing in it tells of care.", found.harmless),
        ("They were warned, and asked for email without full protection.", found.asked),
    )
    return [reason for reason in reasons if reason[1]]


def portal_reasons(audience: Audience) -> list[tuple[str, int]]:
    chosen = "You chose the portal for everybody."
    reasons = [
        (chosen if reason is None else str(reason.label), count)
        for reason, count in audience.by_portal.most_common()
    ]
    if count := _falling_back(audience, Fallback.PORTAL):
        reasons.append(("Their mail server proved too little lately.", count))
    return reasons


def domains_below(audience: Audience) -> list[tuple[str, int]]:
    """Those below the policy with the most people; the rest as one line."""
    below = audience.forecast.below
    named = below.most_common(DOMAINS_NAMED)
    if others := len(below) - len(named):
        rest = below.total() - sum(people for _, people in named)
        words = "1 other domain" if others == 1 else f"{others:,} other domains"
        named.append((words, rest))
    return named


def costs(audience: Audience, purpose: str) -> list[tuple[str, bool]]:
    """What each choice of the policy would mean for the people below it; whether it is the choice.

    Mail about care is never dropped, so there the policy has no such choice.
    """
    return [
        (words, fallback is audience.fallback)
        for fallback, words in COSTS.items()
        if fallback is not Fallback.DROP or purpose in PROMOTION
    ]


def _falling_back(audience: Audience, fallback: Fallback) -> int:
    return audience.unproven if fallback is audience.fallback else 0
