"""Audit events in words, and which of them are looks at PHI."""

from collections.abc import Mapping

from compliance.audit_sentences import SENTENCES

# Verbs after which somebody has seen the PHI of people.
PHI_VERBS = (
    "revealed",
    "exported",
    "searched",
    "downloaded",
    "previewed",
    "people_viewed",
    "messages_viewed",
    "proof_viewed",
    "story_viewed",
    "values_revealed",
    "problems_downloaded",
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

# How the source of an event says that somebody proved who they are, and what let them in beyond their role.
PROOFS = {
    "passkey": "a passkey",
    "password+totp": "password and authenticator app",
    "password+recovery_code": "password and a recovery code",
    "api_key": "an API key",
    "secret": "an OAuth2 client and its secret",
    "key_pair": "an OAuth2 client and its own key pair",
}
ACCESS = {
    "emergency": "emergency access",
    "support": "a support window that the workspace opened",
}

# What the service itself did to many things at once: the words, and the details that count them.
_COUNTED = {
    "delivery.downgrade_suspected": ("Suspected an attack on the encryption of {}", ("messages",)),
    "escrow.revoked_all": ("Took back {} from the portal", ("messages",)),
    "escrow.expired": ("Destroyed {} at the end of the time to read", ("messages",)),
    "messages.came_back": ("Recorded what came back of {}", ("counts",)),
    "messages.canceled": ("Canceled {}", ("messages",)),
    "messages.created": ("Made {}", ("messages",)),
    "messages.queued_again": ("Queued {} again", ("counts",)),
    "messages.recorded": ("Recorded what became of {}", ("counts",)),
    "messages.recovered": ("Took up {} that a stopped worker left", ("queued", "uncertain")),
}

# What events without an object of their own are about.
_SUBJECTS = {
    "api": "The API",
    "deliverability": "Recipient domains",
    "delivery": "Mail on its way",
    "suppression": "Addresses that get no mail",
    "escrow": "Portal messages",
    "messages": "Mail on its way",
}

_OBJECTS = {
    "accounts.countersignature": "A request for a second person",
    "accounts.membership": "A person's role",
    "audit.anchor": "A copy of a checkpoint outside",
    "audit.anchoring": "Where checkpoints go",
    "audit.archive": "An archive of the audit log",
    "audit.auditevent": "An audit event",
    "audit.checkpoint": "A checkpoint",
    "audit.disposal": "A disposal of audit events",
    "compliance.agreement": "The agreement",
    "compliance.alert": "An alert",
    "compliance.policy": "The policy",
    "compliance.legalhold": "A legal hold",
    "compliance.retentionrun": "A run of retention",
    "compliance.retentionsettings": "Retention",
    "compliance.review": "A review of the audit log",
    "compliance.reviewplan": "The plan of reviews",
    "compliance.savedview": "A saved view of the audit log",
    "compliance.senderdomain": "A sender domain",
    "contacts.contact": "A person",
    "contacts.contactexport": "An export of people",
    "contacts.importrun": "An import",
    "delivery.escrowitem": "A portal message",
}


def sentence(action: str, detail: Mapping[str, object] | None = None) -> str:
    """`segment.archived` -> "Archived a segment", unless there is a better sentence."""
    if action in _COUNTED:
        words, counts = _COUNTED[action]
        return words.format(_messages(sum(_total((detail or {}).get(name)) for name in counts)))
    known = SENTENCES.get(action)
    if known:
        return known
    noun, _, verb = action.replace("_", " ").partition(".")
    thing = with_article(noun) if verb.endswith("ed") else noun
    return f"{verb} {thing}".strip().capitalize()


def sentence_without_counts(action: str) -> str:
    """For events whose details nobody can open any more."""
    if action in _COUNTED:
        return _COUNTED[action][0].format("messages")
    return sentence(action)


def is_counted(action: str) -> bool:
    """Whether the sentence says how many, which only the sealed details know."""
    return action in _COUNTED


def with_article(noun: str) -> str:
    """The noun alone if there are many of it."""
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


def _total(count: object) -> int:
    """A count, or the sum of counts by kind."""
    if isinstance(count, dict):
        return sum(map(_total, count.values()))
    if isinstance(count, list):
        return len(count)
    return count if isinstance(count, int) else 0


def _messages(count: int) -> str:
    """Events from before there were counts say only that it was about messages."""
    if not count:
        return "messages"
    return f"{count:,} message{'' if count == 1 else 's'}"


def subject_words(action: str) -> str:
    """What an event without object is about, where its noun says so."""
    return _SUBJECTS.get(action.partition(".")[0], "")


def object_words(object_type: str) -> str:
    """`segments.segment` -> "A segment"; nothing for an event without object."""
    if not object_type:
        return ""
    known = _OBJECTS.get(object_type)
    return known or with_article(object_type.rpartition(".")[2]).capitalize()


def shows_phi(action: str) -> bool:
    return action.rpartition(".")[2] in PHI_VERBS
