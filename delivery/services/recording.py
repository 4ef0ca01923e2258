"""Writing down what became of messages: one batch, one transaction, together with its facts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection, transaction

from audit import services as audit
from audit.services import SYSTEM
from campaigns.compilation import Rendered
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.models import Suppression
from contacts import services as contacts
from contacts.models import Activity
from delivery import chronicle, standing
from delivery.chronicle import Turn
from delivery.escrow import answers
from delivery.escrow import services as escrow
from delivery.fates import Claimed, Fate
from delivery.letters.words import File
from delivery.models import EscrowItem, Message, MessageEvent
from delivery.must_arrive import promises
from delivery.replies import Meaning
from delivery.services import alarms, domain_days, postures
from delivery.services.postures import Lesson
from delivery.wire.addresses import domain_of
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import current_tenant_id

# Only the holder of the lease may write; a late worker learns nothing that changes a row. The lease is
# given for each row: statistics say that nearly no message has one, and for a single value the planner
# looks for it first, through the whole table.
_RECORD = """
UPDATE delivery_message AS message SET
    status = result.status, reason = result.reason, tls_version = result.tls_version,
    route = CASE WHEN result.route = '' THEN message.route ELSE result.route END,
    due_at = coalesce(result.due_at, message.due_at),
    unsafe_since = CASE result.untried WHEN 1 THEN message.unsafe_since ELSE result.unsafe_since END,
    uncertain_at = coalesce(message.uncertain_at, result.uncertain_at),
    verdict = coalesce(result.verdict::jsonb, message.verdict), settled_at = result.settled_at,
    attempts = message.attempts - result.untried,
    first_tried_at = CASE WHEN message.attempts = result.untried THEN NULL ELSE message.first_tried_at END,
    lease_token = NULL, lease_expires_at = NULL
FROM unnest(
    %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
    %s::timestamptz[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::int[], %s::uuid[]
) AS result (
    id, status, reason, route, tls_version, due_at, unsafe_since, uncertain_at, verdict,
    settled_at, untried, lease_token
)
WHERE message.tenant_id = %s::uuid AND message.id = result.id
    AND message.lease_token = result.lease_token
RETURNING message.id
"""

_TELL = """
INSERT INTO delivery_messageevent (id, tenant_id, message_id, kind, occurred_at, detail)
SELECT event.id, %s::uuid, event.message_id, event.kind, %s::timestamptz, event.detail
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[])
    AS event (id, message_id, kind, detail)
"""

# Whoever has to know that a message arrived learns of these at once.
BAD_NEWS = (Message.Status.FAILED, Message.Status.UNCERTAIN, Message.Status.SKIPPED)
ACTIVITY = {
    Message.Status.SENT: Activity.Kind.SENT,
    Message.Status.ESCROWED: Activity.Kind.ESCROWED,
}


@dataclass(frozen=True)
class Result:
    """A message and what became of it. What goes to the portal brings text and files along."""

    message: Claimed
    fate: Fate
    address: str = ""
    language: str = ""
    text: Rendered | None = None
    files: tuple[File, ...] = ()


@transaction.atomic
def record(results: Sequence[Result], *, token: UUID) -> set[UUID]:
    """Store all of them with their events and facts. Returns the messages that were still ours."""
    now = clock.now()
    with connection.cursor() as cursor:
        leases = [token] * len(results)
        cursor.execute(_RECORD, [*_columns(results, now), leases, current_tenant_id()])
        ours = {row[0] for row in cursor.fetchall()}
    tell(results, now)
    kept = [result for result in results if result.message.id in ours]
    contacts.record_facts(_facts(kept, now))
    _suppress(kept)
    _remember(kept, now)
    _deposit(kept)
    _settle_notices(kept)
    promises.look_now([result.message.id for result in kept if result.fate.status in BAD_NEWS])
    if any(result.fate.reason == Meaning.SENDER_REFUSED for result in kept):
        standing.was_refused()
    domain_days.count_turns((result.message, result.fate, result.address) for result in kept)
    counts = Counter(result.fate.status.value for result in kept)
    turns = (_turn(result, is_ours=result.message.id in ours) for result in results)
    chronicle.tell_turns("messages.recorded", turns, counts=dict(counts))
    return ours


def _turn(result: Result, *, is_ours: bool) -> Turn:
    """A late worker's answer is part of the story, but changes nothing."""
    fate, kind = result.fate, str(result.fate.kind or "")
    if not is_ours:
        return Turn(result.message.id, kind=kind)
    return Turn(
        result.message.id, fate.status.value, fate.reason, fate.route, fate.tls_version, kind
    )


def _suppress(results: Sequence[Result]) -> None:
    for result in results:
        if result.fate.suppresses:
            compliance.suppress(
                result.address,
                reason=SuppressionReason.BOUNCED,
                source=Suppression.Source.DELIVERY,
                actor=SYSTEM,
            )


def _remember(results: Sequence[Result], now: datetime) -> None:
    """What the tries showed of each domain, and an alarm where that is suspicious."""
    lessons: dict[str, Lesson] = {}
    suspected: Counter[tuple[str, str]] = Counter()
    for result in results:
        fate = result.fate
        if not fate.observed and fate.domain_is_safe is None:
            continue
        domain = domain_of(result.address)
        lessons.setdefault(domain, Lesson()).learn(fate)
        rule = str(fate.detail.get("rule"))
        if rule in alarms.KINDS:
            suspected[domain, rule] += 1
    known = postures.remember(lessons, now)
    if suspected:
        audit.record("delivery.downgrade_suspected", actor=SYSTEM, messages=suspected.total())
        alarms.raise_alarms({(known[domain], rule): n for (domain, rule), n in suspected.items()})


def _deposit(results: Sequence[Result]) -> None:
    texts = {result.message.id: result.text for result in results if result.text}
    messages = Message.objects.in_bulk(list(texts))
    portal = [result for result in results if result.fate.status == Message.Status.ESCROWED]
    if portal:
        escrow.deposit([_letter(result, messages[result.message.id]) for result in portal])


def _letter(result: Result, message: Message) -> escrow.Deposit:
    if result.text is None:
        raise ValueError("what goes to the portal brings its text along")
    return escrow.Deposit(
        message=message,
        subject=result.text.subject,
        html=result.text.html,
        text=result.text.text,
        reason=EscrowItem.Reason(result.fate.reason),
        language=result.language,
        files=result.files,
    )


def _settle_notices(results: Sequence[Result]) -> None:
    """Keys and codes that were in a portal mail are forgotten once it has left, or never will."""
    for message, fate in ((result.message, result.fate) for result in results):
        if message.cause != Message.Cause.NOTICE or not fate.is_settled:
            continue
        if message.mail_class == Message.MailClass.CODE:
            answers.settle_code(message.cause_id, left_verified=fate.route == Message.Route.TLS)
        else:
            arrived = fate.status in {Message.Status.SENT, Message.Status.UNCERTAIN}
            escrow.settle_notice(message.cause_id, accepted=arrived)


def tell(results: Sequence[Result], now: datetime) -> None:
    """Add the events, sealed."""
    told = [result for result in results if result.fate.kind]
    ids = [uuid7() for _ in told]
    sealed_field = MessageEvent._meta.get_field("detail")
    tenant = current_tenant_id()
    details = [
        sealed_field.seal(
            {**result.fate.detail, "recipient": result.address}, tenant, row
        ).ciphertext
        for row, result in zip(ids, told, strict=True)
    ]
    messages = [result.message.id for result in told]
    kinds = [str(result.fate.kind) for result in told]
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [tenant, now, ids, messages, kinds, details])


def _columns(results: Sequence[Result], now: datetime) -> list[list[object]]:
    rows = [(result.message.id, result.fate) for result in results]
    return [
        [message for message, _ in rows],
        [fate.status.value for _, fate in rows],
        [fate.reason for _, fate in rows],
        [fate.route for _, fate in rows],
        [fate.tls_version for _, fate in rows],
        [fate.due_at for _, fate in rows],
        [fate.unsafe_since for _, fate in rows],
        [fate.uncertain_at for _, fate in rows],
        [orjson.dumps(fate.verdict).decode() if fate.verdict else None for _, fate in rows],
        [now if fate.is_settled else None for _, fate in rows],
        [int(fate.status == Message.Status.QUEUED) for _, fate in rows],
    ]


def _facts(results: Sequence[Result], now: datetime) -> list[contacts.Fact]:
    facts = []
    for message, fate in ((result.message, result.fate) for result in results):
        kind = Activity.Kind.BOUNCED if fate.suppresses else ACTIVITY.get(fate.status)
        if kind and message.mail_class != Message.MailClass.CODE:
            facts.append(
                contacts.Fact(
                    message.contact_id, kind, message.cause, message.cause_id, occurred_at=now
                )
            )
    return facts
