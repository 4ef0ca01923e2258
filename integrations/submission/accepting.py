"""What a submitted message becomes: the letters of one key, all stored or none."""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from accounts.api_keys import Scope
from accounts.models import ApiKey
from accounts.services import api_keys
from accounts.services.api_keys import KeyRefused
from audit import services as audit
from audit.services import Actor
from delivery.letters.words import LetterRefused, Mailbox
from delivery.models import Message
from delivery.reports.reasons import in_words
from integrations import idempotency, rate_limits
from integrations.idempotency import Answer
from integrations.letters import asking
from integrations.letters.asking import Ask, Person, PurposeNeeded, with_defaults
from integrations.models import IdempotentRequest
from integrations.problems import StillRunning
from integrations.submission import parsing
from integrations.submission.parsing import Submitted
from tenancy import clock, source
from tenancy.errors import DomainError
from tenancy.keyring import current_keys
from tenancy.scope import tenant_scope
from tenancy.source import Source

# A program that lost our answer sends again at once, and not the next day.
REPEATED_WITHIN = timedelta(minutes=10)
# Of 600 a minute from one network: whoever guesses keys has sixty tries.
PROOF_COSTS = 10

# RFC 3463: whose fault it is, by the field.
CODES = {
    "sender": "550 5.7.1", "reply_to": "550 5.1.7", "to": "550 5.1.1", "subject": "554 5.7.7",
    "headers": "554 5.6.0", "text": "554 5.6.0", "html": "554 5.6.0", "files": "554 5.6.1",
}  # fmt: skip


class Refused(Exception):
    """The words are the answer to the program, with its code (RFC 5321 4.2, RFC 3463)."""


@dataclass(frozen=True)
class Proven:
    """Who a session belongs to."""

    tenant_id: UUID
    key_id: UUID
    address: str


class Became(NamedTuple):
    """The message of one person, and the word for why it is not sent."""

    message: str
    skipped: str


@dataclass(frozen=True)
class Arrival:
    proven: Proven
    rcpt_to: tuple[str, ...]
    content: bytes = field(repr=False)


def prove(text: str, *, address: str) -> Proven:
    """The key that a program came with. Raises Refused."""
    allowance = rate_limits.take_of_network("submission", address, cost=PROOF_COSTS)
    if allowance.is_exceeded:
        raise Refused("454 4.7.0 Too many tries, wait a minute")
    with _from(address):
        try:
            caller = api_keys.find(text, address=address)
        except KeyRefused as refusal:
            raise Refused(f"535 5.7.8 {refusal}") from None
        if Scope.LETTERS_SEND in caller.scopes:
            return Proven(caller.tenant_id, caller.key.pk, address)
        with tenant_scope(caller.tenant_id):
            actor = _actor(caller.key)
            audit.record_denial(f"api.{Scope.LETTERS_SEND}", actor=actor, reason="scope")
    raise Refused(f"535 5.7.8 This API key lacks the scope {Scope.LETTERS_SEND}")


def accept(arrival: Arrival) -> str:
    """The answer after the text: everything is stored. Raises Refused, and then nothing is."""
    with _from(arrival.proven.address), tenant_scope(arrival.proven.tenant_id):
        key = _key(arrival.proven)
        allowance = rate_limits.take(str(key.pk), cost=len(arrival.rcpt_to))
        if allowance.is_exceeded:
            raise Refused(f"451 4.7.0 Too fast, try again in {allowance.retry_after} seconds")
        try:
            submitted = parsing.read(arrival.content)
            return _stored(submitted, arrival, key)
        except LetterRefused as refusal:
            raise Refused(f"{CODES.get(refusal.field, '554 5.6.0')} {refusal}") from None
        except StillRunning:
            raise Refused("451 4.3.0 The same message is being taken already") from None
        except PurposeNeeded as needed:
            raise Refused(f"554 5.7.0 {needed} Header: X-Sealpost-Purpose") from None
        except DomainError as error:
            raise Refused(f"550 5.7.0 {error}") from None


def _key(proven: Proven) -> ApiKey:
    """As it is now: it may have ended since the session began."""
    key = ApiKey.objects.select_related("tenant").get(pk=proven.key_id)
    try:
        api_keys.admit(key, address=proven.address)
        api_keys.require_allowed(key)
    except KeyRefused as refusal:
        raise Refused(f"535 5.7.8 {refusal}") from None
    if key.tenant.is_ending:
        raise Refused("550 5.7.0 This workspace is ending, so nothing is sent any more")
    api_keys.note_use(key)
    return key


@transaction.atomic
def _stored(submitted: Submitted, arrival: Arrival, key: ApiKey) -> str:
    everybody = list(dict.fromkeys(arrival.rcpt_to))
    rows = _rows(submitted, everybody, arrival, key)
    became = {each: _became(row) for each, row in rows.items() if row.answer is not None}
    wanted = [each for each in everybody if each not in became]
    if not wanted:
        return _answer([became[each] for each in everybody])
    people = [
        Person(Mailbox(each, submitted.names.get(each.lower(), "")), submitted.stated.record_number)
        for each in wanted
    ]
    writing = with_defaults(submitted.writing, key, purpose=submitted.stated.purpose)
    messages = asking.carry_out(Ask(people, writing), actor=_actor(key))
    for each, message in zip(wanted, messages, strict=True):
        is_skipped = message.status == Message.Status.SKIPPED
        became[each] = Became(str(message.pk), message.reason if is_skipped else "")
        if each in rows:
            idempotency.end(rows[each], Answer(250, " ".join(became[each]).encode()))
    return _answer([became[each] for each in everybody])


def _rows(
    submitted: Submitted, everybody: Sequence[str], arrival: Arrival, key: ApiKey
) -> dict[str, IdempotentRequest]:
    """By person, answered if this message came within ten minutes; none if nobody asks for that."""
    if not submitted.message_id or not asking.defaults_of(key).drops_repeated:
        return {}
    digest = hashlib.sha256(arrival.content).hexdigest()
    rows = {}
    for each in everybody:
        named = hashlib.sha256(f"{submitted.message_id}\n{each}\n{digest}".encode()).hexdigest()
        _forget_older(key, named)
        rows[each] = idempotency.begin(
            api_key_id=key.pk, key=f"smtp {named}", request=named.encode()
        )
    return rows


def _became(row: IdempotentRequest) -> Became:
    message, _, skipped = bytes(row.answer or b"").decode().partition(" ")
    return Became(message, skipped)


def _forget_older(key: ApiKey, named: str) -> None:
    index = current_keys().blind_index("api.idempotency_key", f"smtp {named}")
    IdempotentRequest.objects.filter(
        api_key_id=key.pk, key_index=index, started_at__lt=clock.now() - REPEATED_WITHIN
    ).delete()


def _answer(became: Sequence[Became]) -> str:
    """Who may not be written to stands in the message log; if that is everybody, it is said here.

    The same to a program that comes again, as the first answer may be what it lost.
    """
    skipped = [each for each in became if each.skipped]
    if len(skipped) == len(became):
        return f"550 5.7.1 Not sent. {in_words(skipped[0].skipped)}"
    if skipped:
        return f"250 2.6.0 Taken as {became[0].message}; {len(skipped)} may not be written to"
    return f"250 2.6.0 Taken as {became[0].message}"


def _actor(key: ApiKey) -> Actor:
    return Actor(kind="api_key", id=str(key.pk), name=key.name)


def _from(address: str) -> AbstractContextManager[None]:
    return source.entered(Source(address=source.network_of(address), auth="api_key"))
