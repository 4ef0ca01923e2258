"""Audit events in words, and which of them are looks at PHI."""

# Verbs after which somebody has seen the PHI of people.
PHI_VERBS = (
    "revealed",
    "exported",
    "searched",
    "downloaded",
    "previewed",
    "people_viewed",
    "story_viewed",
)
# Nouns whose events are about mail on its way.
MAIL_NOUNS = ("campaign", "message", "messages", "escrow", "portal")

ACTOR_KINDS = {
    "user": "Staff",
    "operator": "Platform operator",
    "api_key": "API key",
    "patient": "Patient",
    "system": "Sealpost itself",
}

_SENTENCES = {
    "agreement.signed": "Signed the agreement",
    "agreement.countersigned": "Countersigned the agreement",
    "agreement.ended": "Ended the agreement",
    "audit.event_opened": "Opened an audit event",
    "campaign.approval_voided": "A change voided the approval",
    "campaign.began": "Began to send",
    "campaign.stopped_uncovered": "Stopped what the approval did not cover",
    "campaign.taken_back": "Took a campaign back",
    "consent.granted": "Recorded consent",
    "consent.withdrawn": "Withdrew consent",
    "contact.revealed": "Saw the PHI of one person",
    "domain.verified": "Found every DNS record in place",
    "domain.broken": "Found a DNS record missing or wrong",
    "factor.enrolled": "Set up an authenticator app",
    "message.story_viewed": "Saw the story of one message",
    "password.changed": "Changed the password",
    "policy.changed": "Changed the policy",
    "portal.answer_refused": "Gave a wrong answer in the secure portal",
    "portal.locked": "Locked a message after wrong answers",
    "portal.message_read": "Read a message in the secure portal",
    "portal.wrong_person": "Said that the mail is for somebody else",
    "recovery_code.used": "Used a recovery code",
    "recovery_codes.made": "Made new recovery codes",
    "report.people_viewed": "Saw the people behind a number",
    "session.started": "Signed in",
    "session.ended": "Signed out",
    "suppression.added": "Suppressed an address",
    "suppression.removed": "Lifted a suppression",
    "user.joined": "Joined the workspace",
    "user.role_changed": "Changed a person's role",
    "workspace.opened": "Opened the workspace",
}

_OBJECTS = {
    "accounts.membership": "A person's role",
    "audit.auditevent": "An audit event",
    "compliance.agreement": "The agreement",
    "compliance.policy": "The policy",
    "compliance.senderdomain": "A sender domain",
    "contacts.contact": "A person",
    "contacts.importrun": "An import",
    "delivery.escrowitem": "A portal message",
}


def sentence(action: str) -> str:
    """`segment.archived` -> "Archived a segment", unless there is a better sentence."""
    known = _SENTENCES.get(action)
    if known:
        return known
    noun, _, verb = action.replace("_", " ").partition(".")
    thing = with_article(noun) if verb.endswith("ed") else noun
    return f"{verb} {thing}".strip().capitalize()


def with_article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


def object_words(object_type: str) -> str:
    """`segments.segment` -> "A segment"; nothing for an event without object."""
    if not object_type:
        return ""
    known = _OBJECTS.get(object_type)
    return known or with_article(object_type.rpartition(".")[2]).capitalize()


def shows_phi(action: str) -> bool:
    return action.rpartition(".")[2] in PHI_VERBS


def detail_lines(detail: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    """Names and values of an event's details, nested ones flattened; `was` beside `is`."""
    lines: list[tuple[str, str]] = []
    for name, value in sorted(detail.items()):
        label = f"{prefix}{name}".replace("_", " ")
        match value:
            case {"was": before, "is": now}:
                lines.append((label, f"{_plain(now)}, was {_plain(before)}"))
            case dict():
                lines += detail_lines(value, "" if name == "changed" else f"{name} ")
            case _:
                lines.append((label, _plain(value)))
    return lines


def _plain(value: object) -> str:
    match value:
        case None | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value)) or "none"
    return str(value)
