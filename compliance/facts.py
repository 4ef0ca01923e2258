"""The words of the send gate: what is asked (facts) and what is answered (verdict).

Plain frozen values: callers fill them from their rows, the gate reads nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextChoices

from compliance.purposes import PROMOTION, Evidence, Purpose, Remuneration
from tenancy.ranked import Ranked


class Outcome(IntEnum):
    """Ordered by severity, so that the outcome of several rules is their maximum."""

    ALLOW = 0
    PORTAL = 1
    HOLD = 2
    DENY = 3


class Sensitivity(IntEnum):
    """S0 no PHI, S1 the fact of care, S2 PHI, S3 specially protected."""

    S0 = 0
    S1 = 1
    S2 = 2
    S3 = 3


class TransportLevel(Ranked):
    """How well the way to the mailbox is proven; delivery compares achieved to required."""

    ANY = 0
    ENCRYPTED = 1
    VERIFIED = 2
    PINNED = 5
    MTA_STS = 3
    DANE = 4


class ConsentState(TextChoices):
    NEVER = "never", "Never asked"
    GRANTED = "granted", "Agreed"
    WITHDRAWN = "withdrawn", "Withdrew"


class SuppressionReason(TextChoices):
    BOUNCED = "bounced", "The mailbox does not exist"
    COMPLAINED = "complained", "Reported as spam"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed from all mail"
    WRONG_PERSON = "wrong_person", "The mailbox belongs to somebody else"
    REQUESTED = "requested", "Asked you not to write"


class Reason(TextChoices):
    """Why a message does not simply go out. The label is a sentence fit for one person or many."""

    NO_AGREEMENT = "no_agreement", "No business associate agreement is in force."
    WORKSPACE_ENDING = "workspace_ending", "The workspace is ending, so nothing is sent any more."
    PURPOSE_NOT_PERMITTED = (
        "purpose_not_permitted",
        "The business associate agreement does not permit this purpose.",
    )
    NOT_APPROVED = "not_approved", "The approval does not cover what would be sent."
    REMUNERATION_NOT_STATED = (
        "remuneration_not_stated",
        "Nobody stated whether a third party pays for this message.",
    )
    REMUNERATION_NOT_ALLOWED = (
        "remuneration_not_allowed",
        "The stated pay does not fit this purpose. Choose the purpose for paid marketing.",
    )
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent for this purpose was withdrawn."
    CONSENT_MISSING = "consent_missing", "There is no opt-in for this purpose."
    NO_PATIENT_NO_OPT_IN = (
        "no_patient_no_opt_in",
        "Not a patient, and there is no opt-in for this purpose.",
    )
    AUTHORIZATION_MISSING = (
        "authorization_missing",
        "There is no signed authorization for this purpose (45 CFR 164.508).",
    )
    SPECIAL_CONSENT_MISSING = (
        "special_consent_missing",
        "There is no written consent for specially protected information.",
    )
    OPTED_OUT = "opted_out", "Email was refused."
    BOUNCED = "bounced", "The address is suppressed: mail to it bounced for good."
    COMPLAINED = "complained", "The address is suppressed: mail to it was reported as spam."
    UNSUBSCRIBED = "unsubscribed", "The address is suppressed: it unsubscribed from all mail."
    WRONG_PERSON = "wrong_person", "The address is suppressed: it belongs to somebody else."
    REQUESTED = "requested", "The address is suppressed: you were asked not to write to it."
    NO_ADDRESS = "no_address", "There is no email address on file."
    DECEASED = "deceased", "The person has died."
    APPOINTMENT_CANCELED = "appointment_canceled", "The appointment was canceled."
    PAUSED = "paused", "Mail that can wait was paused."
    FREQUENCY_CAP = "frequency_cap", "The limit of messages per person is reached."
    QUIET_HOURS = "quiet_hours", "It is a quiet hour where the person lives."
    PREFERS_PORTAL = "prefers_portal", "The secure portal was asked for."
    SPECIALLY_PROTECTED = (
        "specially_protected",
        "Specially protected information goes by the secure portal.",
    )
    SHARED_ADDRESS = "shared_address", "Several people read this mailbox."
    LISTED_DOMAIN = "listed_domain", "Mail to this provider goes by the secure portal."


class Fallback(TextChoices):
    """What becomes of mail whose way stays less safe than it needs."""

    PORTAL = "portal", "It waits in the secure portal"
    HOLD = "hold", "It is tried for as long as its kind may wait, and then fails"
    DROP = "drop", "It is not sent"


class Acceptance(NamedTuple):
    """What a warned person asked to be enough for them, and the row of the ledger that proves it."""

    level: TransportLevel
    consent: UUID


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """What the tenant decided; the defaults are the strictest that still lets care mail out.

    `tls_floor` binds health details, `tls_floor_limited` what tells only that there is care.
    """

    may_operate_without_opt_in: bool = False
    frequency_cap: int | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    tls_floor: TransportLevel = TransportLevel.VERIFIED
    tls_floor_limited: TransportLevel = TransportLevel.VERIFIED
    portal_from: Sensitivity = Sensitivity.S3
    counting_up_to: Sensitivity = Sensitivity.S0
    portal_domains: frozenset[str] = frozenset()
    honors_unprotected: bool = False
    fallback_care: Fallback = Fallback.PORTAL
    fallback_promotion: Fallback = Fallback.PORTAL
    hold: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class SendingFacts:
    """What is the same for every recipient of one campaign, workflow step or API message."""

    purpose: Purpose
    sensitivity: Sensitivity
    remuneration: Remuneration
    agreement_in_force: bool
    permitted_purposes: frozenset[str]
    is_approved: bool
    policy: GatePolicy = field(default_factory=GatePolicy)
    is_frozen: bool = False

    @property
    def fallback(self) -> Fallback:
        """What becomes of it where no way is safe enough."""
        promotes = self.purpose in PROMOTION
        return self.policy.fallback_promotion if promotes else self.policy.fallback_care


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is on file for one recipient.

    `consents` maps a purpose to granted or withdrawn; a purpose that is not in it was never asked.
    `authorizations` are the purposes with a signed, unexpired, unrevoked paper (45 CFR 164.508).
    `recent_messages` counts discretionary mail within the tenant's window; `local_time` is None
    while the audience is frozen, when nobody knows yet at which hour the message will leave.
    `accepts` holds for the address on file alone.
    """

    is_patient: bool
    has_address: bool = True
    domain: str = ""
    consents: Mapping[str, str] = field(default_factory=dict)
    authorizations: frozenset[str] = frozenset()
    has_opted_out: bool = False
    suppression: SuppressionReason | None = None
    is_deceased: bool = False
    appointment_is_canceled: bool = False
    shares_address: bool = False
    prefers_portal: bool = False
    refuses_counting: bool = False
    is_paused: bool = False
    recent_messages: int = 0
    local_time: time | None = None
    accepts: Acceptance | None = None


class GateFacts(NamedTuple):
    sending: SendingFacts
    person: PersonFacts


class Verdict(NamedTuple):
    """The answer, and all that it rests on. `required_level` binds whoever opens the socket.

    `accepts` is there only where it counts: then its level is enough, but where the domain's way was
    safe lately and is not any more.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    required_level: TransportLevel
    evidence: Evidence
    sensitivity: Sensitivity
    accepts: Acceptance | None = None

    def as_record(self) -> dict[str, object]:
        """The verdict as it is kept beside the message."""
        record: dict[str, object] = {
            "outcome": self.outcome.name.lower(),
            "reasons": [reason.value for reason in self.reasons],
            "required_level": self.required_level.name.lower(),
            "evidence": self.evidence.name.lower(),
            "sensitivity": self.sensitivity.name.lower(),
        }
        if self.accepts:
            record["accepted_level"] = self.accepts.level.name.lower()
            record["consent"] = str(self.accepts.consent)
        return record
