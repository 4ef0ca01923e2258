"""Sender domains: the DKIM key is made here, the records are checked against the live DNS."""

import base64
import secrets
from collections.abc import Callable, Iterable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator, validate_email
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from audit import services as audit
from audit.services import SYSTEM, Actor
from compliance import platform
from compliance.domain_checks import RecordStatus, Values, check
from compliance.domain_records import Question, questions_if_missing, records_for
from compliance.errors import DomainNotAdded, SenderInUse, SenderNotAdded
from compliance.models import Sender, SenderDomain
from tenancy import clock

# Answers one DNS question, given name and type. The door to the network is above this app, so
# whoever calls passes it in; settings name it for views and tasks.
LookUp = Callable[[str, str], Values]

# RFC 8301 3.2: at least 2048 bits; more does not fit one DNS answer everywhere.
DKIM_KEY_BITS = 2048


def add_domain(domain: str, *, actor: Actor) -> SenderDomain:
    """The domain with a fresh DKIM key; not usable before its records are seen.

    Raises DomainNotAdded if it is no full domain name in ASCII letters, or was added before.
    """
    domain = domain.strip().rstrip(".").lower()
    try:
        DomainNameValidator(accept_idna=False)(domain)
    except ValidationError as error:
        raise DomainNotAdded(
            "Enter the domain of your From address, such as news.elmstreet.example."
        ) from error
    private_key, public_key = _make_key()
    try:
        with transaction.atomic():
            added = SenderDomain.objects.create(
                domain=domain,
                selector=f"sp{clock.now():%y}{secrets.token_hex(2)}",
                private_key=private_key,
                public_key=public_key,
            )
            audit.record("domain.added", actor=actor, on=added, selector=added.selector)
    except IntegrityError as error:
        raise DomainNotAdded("This domain is in the list already.") from error
    return added


def _make_key() -> tuple[bytes, str]:
    """PKCS 8 in PEM for the signer, and the base64 of SubjectPublicKeyInfo for the DNS."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=DKIM_KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, base64.b64encode(public).decode()


def check_domain(domain: SenderDomain, look_up: LookUp, *, actor: Actor = SYSTEM) -> SenderDomain:
    """Ask the DNS for every record and store what it shows; no transaction is open meanwhile."""
    findings = {}
    for record in records_for(domain.names, platform.names()):
        answers = _ask(look_up, [record.question])
        if check(record, answers).status is RecordStatus.MISSING:
            answers |= _ask(look_up, questions_if_missing(record))
        status, advice = check(record, answers)
        findings[record.kind.value] = {"status": status.value, "advice": advice}
    return _store_findings(domain, findings, actor=actor)


def _ask(look_up: LookUp, questions: Iterable[Question]) -> dict[Question, Values]:
    return {question: look_up(question.name, question.kind) for question in questions}


@transaction.atomic
def _store_findings(
    domain: SenderDomain, findings: dict[str, dict[str, str]], *, actor: Actor
) -> SenderDomain:
    """An outage of the name servers leaves the last proof alone: it runs out by itself."""
    domain = SenderDomain.objects.select_for_update().get(pk=domain.pk)
    now = clock.now()
    statuses = {finding["status"] for finding in findings.values()}
    could_send = domain.may_send(now)
    if statuses == {RecordStatus.FOUND.value}:
        domain.verified_at = now
    elif statuses - {RecordStatus.FOUND.value, RecordStatus.UNKNOWN.value}:
        domain.verified_at = None
    domain.findings = findings
    domain.checked_at = now
    domain.save(update_fields=["findings", "checked_at", "verified_at"])
    if domain.may_send(now) != could_send:
        action = "domain.verified" if domain.may_send(now) else "domain.broken"
        audit.record(action, actor=actor, on=domain)
    elif actor != SYSTEM:
        audit.record("domain.checked", actor=actor, on=domain)
    return domain


@transaction.atomic
def remove_domain(domain: SenderDomain, *, actor: Actor) -> None:
    """Destroy the domain's key. Raises SenderInUse while it has senders."""
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
def remove_sender(sender: Sender, *, actor: Actor) -> None:
    audit.record("sender.removed", actor=actor, on=sender)
    sender.delete()
