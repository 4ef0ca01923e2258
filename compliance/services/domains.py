"""Sender domains: their records are checked against the live DNS before anything is sent."""

from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator, validate_email
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from audit import services as audit
from audit.services import SYSTEM, Actor
from compliance import platform
from compliance.domain_checks import Finding, RecordStatus, Values, check
from compliance.domain_records import (
    KEYS,
    Question,
    Record,
    questions_if_missing,
    records_for,
)
from compliance.errors import DomainNotAdded, SenderInUse, SenderNotAdded
from compliance.models import Sender, SenderDomain
from compliance.services import dkim_keys
from tenancy import clock

# Answers one DNS question, given name and type. The door to the network is above this app, so
# whoever calls passes it in; settings name it for views and tasks.
LookUp = Callable[[str, str], Values]


def add_domain(domain: str, *, actor: Actor) -> SenderDomain:
    """The domain with fresh DKIM keys; not usable before its records are seen.

    Raises DomainNotAdded if it is no full domain name in ASCII letters, or was added before.
    """
    domain = domain.strip().rstrip(".").lower()
    try:
        DomainNameValidator(accept_idna=False)(domain)
    except ValidationError as error:
        raise DomainNotAdded(
            "Enter the domain of your From address, such as news.elmstreet.example."
        ) from error
    try:
        with transaction.atomic():
            added = SenderDomain.objects.create(domain=domain)
            dkim_keys.make_pair(added)
            audit.record("domain.added", actor=actor, on=added)
    except IntegrityError as error:
        raise DomainNotAdded("This domain is in the list already.") from error
    return added


def check_domain(domain: SenderDomain, look_up: LookUp, *, actor: Actor = SYSTEM) -> SenderDomain:
    """Ask the DNS for every record and store what it shows; no transaction is open meanwhile."""
    records = records_for(dkim_keys.names_of(domain), platform.names())
    findings = {record: _find(record, look_up) for record in records}
    return _store_findings(domain, findings, actor=actor)


def _find(record: Record, look_up: LookUp) -> Finding:
    answers = _ask(look_up, [record.question])
    if check(record, answers).status is RecordStatus.MISSING:
        answers |= _ask(look_up, questions_if_missing(record))
    return check(record, answers)


def _ask(look_up: LookUp, questions: Iterable[Question]) -> dict[Question, Values]:
    return {question: look_up(question.name, question.kind) for question in questions}


@transaction.atomic
def _store_findings(
    domain: SenderDomain, findings: dict[Record, Finding], *, actor: Actor
) -> SenderDomain:
    """An outage of the name servers leaves the last proof alone: it runs out by itself."""
    domain = SenderDomain.objects.select_for_update().get(pk=domain.pk)
    now = clock.now()
    needed = {finding.status for record, finding in findings.items() if record.is_required}
    could_send = domain.may_send(now)
    if needed == {RecordStatus.FOUND}:
        domain.verified_at = now
        domain.proven_at = domain.proven_at or now
    elif needed - {RecordStatus.FOUND, RecordStatus.UNKNOWN}:
        domain.verified_at = None
    domain.findings = {
        record.mark: {"status": finding.status.value, "advice": finding.advice}
        for record, finding in findings.items()
    }
    domain.checked_at = now
    domain.save(update_fields=["findings", "checked_at", "verified_at", "proven_at"])
    dkim_keys.begin_to_sign(domain, _selectors_seen(findings))
    if domain.may_send(now) != could_send:
        action = "domain.verified" if domain.may_send(now) else "domain.broken"
        audit.record(action, actor=actor, on=domain)
    elif actor != SYSTEM:
        audit.record("domain.checked", actor=actor, on=domain)
    return domain


def _selectors_seen(findings: dict[Record, Finding]) -> list[str]:
    return [
        record.mark
        for record, finding in findings.items()
        if record.kind in KEYS and finding.status is RecordStatus.FOUND
    ]


@transaction.atomic
def remove_domain(domain: SenderDomain, *, actor: Actor) -> None:
    """Destroy the domain's keys. Raises SenderInUse while it has senders."""
    audit.record("domain.removed", actor=actor, on=domain)
    try:
        domain.delete()
    except ProtectedError as error:
        raise SenderInUse("Remove the senders of this domain first.") from error


def add_sender(domain: SenderDomain, *, display_name: str, local_part: str, actor: Actor) -> Sender:
    """A From address. Raises SenderNotAdded if it is not valid or exists."""
    local_part = local_part.strip().lower()
    try:
        validate_email(f"{local_part}@{domain.domain}")
    except ValidationError as error:
        raise SenderNotAdded("Enter the part before the @, such as hello.") from error
    try:
        with transaction.atomic():
            sender = Sender.objects.create(
                domain=domain, display_name=display_name.strip(), local_part=local_part
            )
            audit.record("sender.added", actor=actor, on=sender)
    except IntegrityError as error:
        raise SenderNotAdded("This address is in the list already.") from error
    return sender


@transaction.atomic
def take_replies(sender: Sender, *, takes: bool, actor: Actor) -> None:
    """Whether answers to the sender's mail come into Sealpost, or to the From address."""
    sender.takes_replies = takes
    sender.save(update_fields=["takes_replies"])
    audit.record("sender.replies_chosen", actor=actor, on=sender, takes_replies=takes)


@transaction.atomic
def remove_sender(sender: Sender, *, actor: Actor) -> None:
    audit.record("sender.removed", actor=actor, on=sender)
    sender.delete()
