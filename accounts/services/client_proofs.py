"""How an OAuth2 client proves who it is: with its secret, or with a signed assertion that works once."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts import assertions
from accounts.api_keys import CLIENT_PREFIX, KeyNotReadable, hashed
from accounts.assertions import AssertionRefused, Fault
from accounts.models import ApiKey, UsedAssertion
from accounts.services.api_keys import admit, require_allowed
from accounts.services.client_keys import keys_of
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.scope import platform_scope, tenant_scope


class ProofRefused(DomainError):
    """The client did not prove who it is. What the sentence says tells nothing about who exists."""


@contextmanager
def proven_by_secret(client_id: str, secret: str, *, address: str) -> Iterator[ApiKey]:
    """The client, in the scope of its tenant. Raises ProofRefused, and KeyRefused for one that ended."""
    try:
        secret_hash = hashed(secret, CLIENT_PREFIX)
        named = UUID(client_id)
    except (KeyNotReadable, ValueError):
        raise ProofRefused(Fault.UNKNOWN.value) from None
    with tenant_scope(_tenant_of(named)):
        client = ApiKey.objects.get(pk=named)
        if client.way != ApiKey.Way.SECRET or not client.works_with(secret_hash):
            _refuse(client, "secret")
        admit(client, address=address)
        require_allowed(client)
        yield client


@contextmanager
def proven_by_assertion(text: str, *, audience: str, address: str) -> Iterator[ApiKey]:
    """The client, in the scope of its tenant. Raises ProofRefused, and KeyRefused for one that ended."""
    try:
        assertion = assertions.read(text)
        named = assertions.client_of(assertion)
    except AssertionRefused as refusal:
        raise ProofRefused(str(refusal)) from None
    with tenant_scope(_tenant_of(named)):
        client = ApiKey.objects.get(pk=named)
        if client.way != ApiKey.Way.KEY_PAIR:
            _refuse(client, "assertion without a key pair")
        admit(client, address=address)
        try:
            _use(client, assertion, audience)
        except AssertionRefused as refusal:
            _refuse(client, f"assertion: {refusal.fault.name.lower()}", refusal)
        require_allowed(client)
        yield client


def _use(client: ApiKey, assertion: assertions.Assertion, audience: str) -> None:
    """Believe it, once: the database decides between two that come at the same moment."""
    now = clock.now()
    jwks = keys_of(client, assertion.kid)
    jti, expires_at = assertions.believe(assertion, jwks, audience=audience, now=now)
    UsedAssertion.objects.filter(key_id=client.pk, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                key_id=client.pk,
                jti_hash=hashlib.sha256(jti.encode()).digest(),
                expires_at=expires_at,
            )
    except IntegrityError:
        raise AssertionRefused(Fault.REUSED) from None


def _tenant_of(client_id: UUID) -> UUID:
    with platform_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT kernel.tenant_of_api_client(%s::uuid)", [client_id])
        tenant_id: UUID | None = cursor.fetchone()[0]
    if tenant_id is None:
        raise ProofRefused(Fault.UNKNOWN.value)
    return tenant_id


def _refuse(client: ApiKey, reason: str, refusal: AssertionRefused | None = None) -> NoReturn:
    actor = Actor(kind="api_key", id=str(client.pk), name=client.name)
    audit.record_denial("api_key.proved", actor=actor, on=client, reason=reason)
    raise ProofRefused(str(refusal or Fault.UNKNOWN.value))
