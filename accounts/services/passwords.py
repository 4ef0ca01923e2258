"""A forgotten password: a link to the mailbox, which never replaces the second factor."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts import delays, queries
from accounts.models import User
from accounts.services import failures, sign_in
from audit import services as audit
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.keyring import current_keys
from tenancy.origins import url_on
from tenancy.scope import PLATFORM_TENANT_ID, tenant_scope

LINK_LASTS = timedelta(minutes=15)
SALT = "accounts.password-reset"


class ResetInvalid(DomainError):
    """The link was used or has run out."""


def send_link(email: str, *, address: str) -> None:
    """Mail a link if there is such an account; nothing tells whether there is.

    Raises TooManyTries: requests are counted, so that no stranger fills a mailbox.
    """
    email = email.strip().lower()
    for kind, subject in (("reset", email), ("address", delays.address_group(address))):
        failures.refuse_while_waiting(kind, subject)
        failures.count_failure(kind, subject)
    user = User.objects.filter(email=email).first()
    workspaces = queries.workspaces_of(user) if user else []
    if user is None or not (workspaces or user.is_operator):
        return
    audit.record("password.reset_asked", actor=sign_in.actor_for(user), on=user)
    link = url_on("staff", reverse("accounts:follow_reset", args=[token_for(user)]))
    sends = workspaces[0].id if workspaces else PLATFORM_TENANT_ID
    with tenant_scope(sends), transaction.atomic():
        tenancy.queue_system_mail(to=email, kind="password_reset", context={"link": link})


def token_for(user: User) -> str:
    return signing.dumps([str(user.id), _password_now(user)], salt=SALT)


def user_of(token: str) -> User:
    """Who the link was sent to. Raises ResetInvalid. For the platform's scope."""
    try:
        user_id, password = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        raise ResetInvalid("This link has run out. Ask for a new one.") from None
    user = User.objects.get(pk=UUID(user_id))
    if password != _password_now(user):
        raise ResetInvalid("This link was used. Ask for a new one.")
    return user


def _password_now(user: User) -> str:
    """Changes with the password, so that a link works once; tells nothing of the hash."""
    return current_keys().blind_index("password-reset", f"{user.id}|{user.password}").hex()
