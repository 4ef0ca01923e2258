"""Audit actions in words, and which of them are looks at PHI."""

# Verbs after which somebody has seen the PHI of people.
PHI_VERBS = ("revealed", "exported", "searched", "downloaded", "previewed")
# Nouns whose events are about mail on its way.
MAIL_NOUNS = ("campaign", "message", "escrow")

_SENTENCES = {
    "agreement.signed": "Signed the agreement",
    "agreement.countersigned": "Countersigned the agreement",
    "agreement.ended": "Ended the agreement",
    "audit.event_opened": "Opened an audit event",
    "campaign.started": "Started sending",
    "consent.granted": "Recorded consent",
    "consent.withdrawn": "Withdrew consent",
    "contact.revealed": "Saw the PHI of one person",
    "domain.verified": "Found every DNS record in place",
    "domain.broken": "Found a DNS record missing or wrong",
    "portal.message_read": "Read a message in the secure portal",
    "portal.wrong_person": "Said that the mail is for somebody else",
    "session.started": "Signed in",
    "session.ended": "Signed out",
    "suppression.added": "Suppressed an address",
    "suppression.removed": "Lifted a suppression",
}

_OBJECTS = {
    "accounts.membership": "a person's role",
    "compliance.agreement": "the agreement",
    "compliance.policy": "the policy",
    "compliance.senderdomain": "a sender domain",
    "contacts.contact": "a person",
}


def sentence(action: str) -> str:
    """`segment.archived` -> "Archived segment", unless there is a better sentence."""
    known = _SENTENCES.get(action)
    if known:
        return known
    noun, _, verb = action.partition(".")
    return f"{verb} {noun}".replace("_", " ").strip().capitalize()


def object_words(object_type: str) -> str:
    """`segments.segment` -> "a segment"."""
    known = _OBJECTS.get(object_type)
    return known or f"a {object_type.rpartition('.')[2]}"


def shows_phi(action: str) -> bool:
    return action.rpartition(".")[2] in PHI_VERBS
