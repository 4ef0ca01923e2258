"""Who looks after what, and whether it is done: the shared responsibility of tenant and service."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class PostureFacts:
    has_agreement: bool
    agreement_waits: bool
    domains: int
    domains_that_may_send: int
    policy_is_decided: bool
    has_compliance_officer: bool


class Duty(NamedTuple):
    """One thing that the tenant has to do; `state` is done, todo, warn or block."""

    title: str
    state: str
    text: str
    url_name: str
    verb: str


# Ours: each is enforced in code and proven by tests that docs/hipaa.md names.
KEPT_BY_SEALPOST = (
    "Identifiers and content encrypted under your own key",
    "TLS proven before each message is handed over",
    "Two factors at every sign-in",
    "Every action and refusal in the audit log",
    "Your data apart from everybody else's",
)


def duties(facts: PostureFacts) -> list[Duty]:
    """The tenant's part, in the order in which it is best done."""
    return [
        _agreement(facts),
        _domain(facts),
        _officer(facts),
        _policy(facts),
    ]


def _agreement(facts: PostureFacts) -> Duty:
    title, url_name = "Agreement", "compliance:agreement"
    if facts.has_agreement:
        text = "The business associate agreement is in force."
        return Duty(title, "done", text, url_name, "Read")
    if facts.agreement_waits:
        text = "You signed. Sealpost countersigns next; until then no PHI comes in or goes out."
        return Duty(title, "warn", text, url_name, "Read")
    text = "Until it is signed, nothing that holds PHI can be imported or sent."
    return Duty(title, "block", text, url_name, "Read and sign")


def _domain(facts: PostureFacts) -> Duty:
    title, url_name = "Domain", "domains:list"
    if not facts.domains:
        text = "Add the domain of your From address, so that receivers know the mail is yours."
        return Duty(title, "todo", text, url_name, "Add")
    if not facts.domains_that_may_send:
        text = "The DNS records of your domain are not all in place, so nothing can be sent."
        return Duty(title, "block", text, url_name, "Look")
    if facts.domains_that_may_send < facts.domains:
        text = "One of your domains has records to fix. The others can send."
        return Duty(title, "warn", text, url_name, "Look")
    return Duty(title, "done", "Every record was seen within the last day.", url_name, "Look")


def _officer(facts: PostureFacts) -> Duty:
    title, url_name = "Officer", "users:list"
    if facts.has_compliance_officer:
        text = "A compliance officer approves campaigns and reads the audit log."
        return Duty(title, "done", text, url_name, "People")
    text = "Nobody has the role of compliance officer, so nobody can approve a campaign."
    return Duty(title, "todo", text, url_name, "Invite")


def _policy(facts: PostureFacts) -> Duty:
    title, url_name = "Policy", "compliance:policy"
    if facts.policy_is_decided:
        text = "You decided about approval, protection, caps and quiet hours."
        return Duty(title, "done", text, url_name, "Look")
    text = "The strictest defaults hold. Look them over once."
    return Duty(title, "todo", text, url_name, "Look")
