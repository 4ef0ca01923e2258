"""Access tokens of OAuth2 clients: opaque, short, and worth no more than the client is now."""

from collections.abc import Collection

from django.db import connection, transaction

from accounts.api_keys import TOKEN_PREFIX, KeyNotReadable, hashed, new_secret
from accounts.models import AccessToken, ApiKey
from accounts.models.api_keys import TOKEN_LASTS
from accounts.services.api_keys import Caller, KeyRefused, admit, refuse, require_allowed
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.scope import platform_scope, tenant_scope


class ScopeRefused(DomainError):
    """The client asked for more than it was given."""


@transaction.atomic
def issue(key: ApiKey, *, scopes: Collection[str] | None = None) -> tuple[AccessToken, str]:
    """A token and its text. Without `scopes`: everything that the client may do. Raises ScopeRefused."""
    granted = sorted(set(key.scopes if scopes is None else scopes))
    if not granted or not set(granted) <= set(key.scopes):
        raise ScopeRefused("The client may not do everything that it asked for.")
    now = clock.now()
    AccessToken.objects.filter(key_id=key.pk, expires_at__lte=now).delete()
    text = new_secret(TOKEN_PREFIX)
    token = AccessToken.objects.create(
        key_id=key.pk,
        token_hash=hashed(text, TOKEN_PREFIX),
        scopes=granted,
        issued_at=now,
        expires_at=min(now + TOKEN_LASTS, key.expires_at),
    )
    audit.record("api_key.token_issued", actor=actor_of(key), on=key, scopes=granted)
    return token, text


def find(text: str, *, address: str) -> Caller:
    """Who came with a token, and what of it the client may still do. Raises KeyRefused."""
    try:
        token_hash = hashed(text, TOKEN_PREFIX)
    except KeyNotReadable as unreadable:
        raise KeyRefused(str(unreadable)) from None
    with platform_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT kernel.tenant_of_access_token(%s::bytea)", [token_hash])
        (tenant_id,) = cursor.fetchone()
    if tenant_id is None:
        raise KeyRefused("This access token is unknown.")
    with tenant_scope(tenant_id):
        token = AccessToken.objects.select_related("key__tenant").get(token_hash=token_hash)
        if token.revoked_at is not None or token.expires_at <= clock.now():
            refuse(token.key, "token ended")
        admit(token.key, address=address)
        require_allowed(token.key)
    return Caller(tenant_id, token.key, frozenset(token.scopes) & frozenset(token.key.scopes))


@transaction.atomic
def revoke(key: ApiKey, text: str) -> None:
    """End a token of this client; nothing happens for one that is unknown or another's (RFC 7009 2.2)."""
    try:
        token_hash = hashed(text, TOKEN_PREFIX)
    except KeyNotReadable:
        return
    ended = AccessToken.objects.filter(key_id=key.pk, token_hash=token_hash, revoked_at=None)
    if ended.update(revoked_at=clock.now()):
        audit.record("api_key.token_revoked", actor=actor_of(key), on=key)


def actor_of(key: ApiKey) -> Actor:
    return Actor(kind="api_key", id=str(key.pk), name=key.name)
