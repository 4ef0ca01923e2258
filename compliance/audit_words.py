"""Audit events in words, and which of them are looks at PHI."""

from collections.abc import Mapping

# Verbs after which somebody has seen the PHI of people.
PHI_VERBS = (
    "revealed",
    "exported",
    "searched",
    "downloaded",
    "previewed",
    "people_viewed",
    "messages_viewed",
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

_SENTENCES = {
    "attribute.changed": "Changed a contact field",
    "attribute.defined": "Added a contact field",
    "brand.changed": "Changed the brand of messages",
    "campaign.attested": "Approved their own campaign",
    "campaign.refused": "Sent a campaign back to its author",
    "campaign.sent": "Sent all messages of a campaign",
    "campaign.tested": "Sent a test of a campaign",
    "contact.added": "Added a person",
    "contact.changed": "Changed a person's data",
    "contact.observed": "Recorded a fact about a person",
    "contacts.previewed": "Saw a message with a person's data",
    "escrow.deposited": "Sealed messages in the secure portal",
    "factor.reset": "Reset somebody's second factor",
    "import.ended": "Finished an import",
    "import.failed": "Could not finish an import",
    "import.matched": "Matched the columns of an import",
    "import.uploaded": "Uploaded a file to import",
    "agreement.signed": "Signed the agreement",
    "agreement.countersigned": "Countersigned the agreement",
    "agreement.ended": "Ended the agreement",
    "alert.answered": "Answered an alert",
    "alert.raised": "Raised an alert by many looks",
    "api.called": "Called the API",
    "api_key.allowed": "Allowed an API key to see PHI",
    "api_key.issued": "Issued an API key",
    "api_key.keys_changed": "Changed the public keys of an API client",
    "api_key.keys_read": "Read the public keys of an API client",
    "api_key.networks_changed": "Changed from where an API key may come",
    "api_key.old_secret_ended": "Ended the old secret of an API key",
    "api_key.revoked": "Revoked an API key",
    "api_key.rotated": "Made a new secret for an API key",
    "api_key.proved": "Proved to be an API client",
    "api_key.token_issued": "Gave an API client a token",
    "api_key.token_revoked": "Ended a token of an API client",
    "api_key.used": "Used an API key",
    "anchoring.changed": "Changed where checkpoints of the log go",
    "audit.check_started": "Asked to check the audit log",
    "audit.checked": "Checked the audit log",
    "audit.event_opened": "Opened an audit event",
    "audit.exported": "Took evidence from the audit log",
    "audit.proof_taken": "Took the proof of an audit event",
    "review.overdue": "Reminded that the audit log waits for review",
    "review.planned": "Chose who reviews the audit log",
    "review.signed_off": "Signed off a review of the audit log",
    "view.deleted": "Deleted a saved view of the audit log",
    "view.opened": "Opened a saved view of the audit log",
    "view.saved": "Saved a view of the audit log",
    "checkpoint.mailed": "Mailed a checkpoint of the log",
    "checkpoint.sent": "Sent a checkpoint of the log to a system",
    "checkpoint.taken": "Took a checkpoint of the log",
    "campaign.approval_voided": "A change voided the approval",
    "campaign.began": "Began to send",
    "campaign.not_drafted": "Could not write the messages of a campaign",
    "campaign.not_frozen": "Could not fix who receives a campaign",
    "campaign.stopped_uncovered": "Stopped what the approval did not cover",
    "campaign.taken_back": "Took a campaign back",
    "campaign.withdrawn": "Took back the question for approval",
    "consent.granted": "Recorded consent",
    "consent.withdrawn": "Withdrew consent",
    "contact.messages_viewed": "Saw the messages to one person",
    "contact.paused": "Paused all email to a person",
    "contact.resumed": "Resumed email to a person",
    "contact.erased": "Erased a person",
    "contact.revealed": "Saw the PHI of one person",
    "contact.route_chosen": "Chose how a person reads mail",
    "contacts.searched": "Searched for people",
    "contact.upserted": "Added or changed a person",
    "domain.checked": "Looked for the DNS records, as before",
    "domain.verified": "Found every DNS record in place",
    "domain.broken": "Found a DNS record missing or wrong",
    "escrow.revoked": "Took back a portal message",
    "contacts.exported": "Wrote people's data to a file",
    "export.allowed": "Allowed an export of people",
    "export.asked": "Asked for an export of people",
    "export.canceled": "Stopped an export of people",
    "export.downloaded": "Took a file of people",
    "export.expired": "Deleted a file of people that nobody took",
    "export.failed": "Did not write a file of people",
    "export.password_shown": "Saw the password of a file of people",
    "factor.enrolled": "Set up an authenticator app",
    "factor.removed": "Removed an authenticator app",
    "import.values_revealed": "Saw the first values of a file to import",
    "import.problems_downloaded": "Downloaded what an import left out",
    "keys.context_retired": "Retired older keys of tenant contexts",
    "keys.context_rotated": "Made a new key for tenant contexts",
    "keys.move_resumed": "Went on moving values to a newer key",
    "keys.move_stopped": "Stopped moving values to a newer key",
    "keys.rewrapped": "Wrapped keys under another root key",
    "keys.rotated": "Made a new version of the key",
    "keys.switched_off": "Switched the keys of the workspace off",
    "keys.switched_on": "Switched the keys of the workspace on",
    "keys.version_destroyed": "Destroyed an older version of the key",
    "message.asked_for": "Asked for a message",
    "message.moved_to_portal": "Moved a waiting message to the portal",
    "message.unsubscribed": "Stopped a kind of mail from a message",
    "message.story_viewed": "Saw the story of one message",
    "passkey.removed": "Removed a passkey",
    "passkey.set_up": "Set up a passkey",
    "messages.people_viewed": "Saw the message log",
    "messages.searched": "Searched the message log",
    "password.changed": "Changed the password",
    "password.reset_asked": "Asked for a new password",
    "policy.changed": "Changed the policy",
    "hold.placed": "Placed a legal hold",
    "hold.released": "Released a legal hold",
    "retention.begun": "Began to remove what is too old",
    "retention.ended": "Removed what was too old",
    "retention.stop_asked": "Stopped a run of retention",
    "retention.certificate_taken": "Took along a certificate of retention",
    "retention.changed": "Changed how long data stays",
    "portal.checked": "Gave the right answers in the secure portal",
    "portal.code_sent": "Asked for a code of the secure portal",
    "portal.notice_accepted": "Told a person of a portal message",
    "portal.notice_failed": "Could not tell a person of a portal message",
    "portal.proved": "Opened the link of a portal message",
    "portal.signed_out": "Left the secure portal",
    "portal.answer_refused": "Gave a wrong answer in the secure portal",
    "portal.locked": "Locked a message after wrong answers",
    "portal.message_read": "Read a message in the secure portal",
    "portal.wrong_person": "Said that the mail is for somebody else",
    "recovery_code.used": "Used a recovery code",
    "recovery_codes.made": "Made new recovery codes",
    "report.people_viewed": "Saw the people behind a number",
    "emergency.ended": "Gave emergency access back",
    "emergency.reviewed": "Signed off emergency access",
    "emergency.taken": "Took sight of PHI in an emergency",
    "emergency.unreviewed": "Reminded that emergency access waits for review",
    "support.closed": "Closed the window for support",
    "support.entered": "Looked in through the window for support",
    "support.looked": "Opened a page as support",
    "support.opened": "Opened a window for support",
    "request.asked": "Asked for a second person",
    "request.expired": "Closed a request that nobody answered",
    "request.granted": "Granted what somebody else asked for",
    "request.refused": "Refused what somebody else asked for",
    "request.withdrawn": "Took back a request",
    "session.continued": "Came from a network that is not listed",
    "session.displaced": "Signed in a sixth time, which ended the oldest session",
    "session.ended_by_workspace": "Signed somebody out everywhere",
    "session.ended_remotely": "Signed one browser out from another",
    "session.others_ended": "Signed out every other browser",
    "networks.changed": "Changed from where the workspace opens",
    "session.started": "Signed in",
    "session.confirmed": "Confirmed who they are",
    "session.ended": "Signed out",
    "sign_in_rules.changed": "Changed the rules of sign-in",
    "suppression.added": "Suppressed an address",
    "suppression.removed": "Lifted a suppression",
    "user.dormant": "Suspended an account that nobody used",
    "user.expired": "Closed an account after its last day",
    "user.last_day_set": "Set somebody's last day",
    "user.warned": "Warned somebody that their access ends",
    "user.joined": "Joined the workspace",
    "user.role_changed": "Changed a person's role",
    "workspace.opened": "Opened the workspace",
}

# What the service itself did to many things at once: the words, and the details that count them.
_COUNTED = {
    "delivery.downgrade_suspected": ("Suspected an attack on the encryption of {}", ("messages",)),
    "escrow.expired": ("Destroyed {} at the end of the time to read", ("messages",)),
    "messages.canceled": ("Canceled {}", ("messages",)),
    "messages.created": ("Made {}", ("messages",)),
    "messages.recorded": ("Recorded what became of {}", ("counts",)),
    "messages.recovered": ("Took up {} that a stopped worker left", ("queued", "uncertain")),
}

# What events without an object of their own are about.
_SUBJECTS = {
    "api": "The API",
    "delivery": "Mail on its way",
    "escrow": "Portal messages",
    "messages": "Mail on its way",
}

_OBJECTS = {
    "accounts.countersignature": "A request for a second person",
    "accounts.membership": "A person's role",
    "audit.anchoring": "Where checkpoints go",
    "audit.auditevent": "An audit event",
    "audit.checkpoint": "A checkpoint",
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
    known = _SENTENCES.get(action)
    if known:
        return known
    noun, _, verb = action.replace("_", " ").partition(".")
    thing = with_article(noun) if verb.endswith("ed") else noun
    return f"{verb} {thing}".strip().capitalize()


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
