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
from audit.services import SYSTEM
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.keyring import current_keys
from tenancy.origins import url_on

LINK_LASTS = timedelta(minutes=15)
SALT = "accounts.password-reset"


class ResetInvalid(DomainError):
    """The link was used or has run out."""


class NobodyThere(DomainError):
    """The address belongs to nobody who signs in."""


def ask_for_link(email: str, *, address: str) -> None:
    """Mail a link if there is such an account; nothing tells whether there is, not even the work done here.

    Raises TooManyTries: requests are counted, so that no stranger fills a mailbox.
    """
    email = email.strip().lower()
    for kind, subject in (("reset", email), ("address", delays.address_group(address))):
        failures.refuse_while_waiting(kind, subject)
        failures.count_failure(kind, subject)
    with transaction.atomic():
        audit.record("password.reset_asked", actor=sign_in.anonymous(address))
        tenancy.queue_system_mail(to=email, kind="password_reset", context={})


def letter_to(email: str) -> dict[str, str]:
    """What the mail says, found out when it is sent. For the platform's scope. Raises NobodyThere."""
    user = User.objects.filter(email=email).first()
    if user is None or not (user.is_operator or queries.count_workspaces(user)):
        raise NobodyThere("Nobody signs in with this address.")
    audit.record("password.reset_mailed", actor=SYSTEM, on=user)
    return {"link": url_on("staff", reverse("accounts:follow_reset", args=[token_for(user)]))}


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
