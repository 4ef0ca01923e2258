"""People with both factors, and browsers in which they are signed in: by the real pages, cheaply."""

import secrets
from datetime import timedelta
from ipaddress import IPv6Address

from django.conf import settings
from django.test import Client

from accounts import totp
from accounts.models import Membership, Session, TotpDevice, User
from accounts.roles import Role
from accounts.services import users
from accounts.step_up import AUTHENTICATED_AT, LASTS
from audit.services import SYSTEM
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope

PASSWORD = "correct horse battery staple"
SEED = b"12345678901234567890"


def make_user(name: str = "Nora Nurse", *, email: str = "", is_operator: bool = False) -> User:
    """Somebody with a password and an authenticator app, in no workspace."""
    email = email or f"{name.split(maxsplit=1)[0].lower()}-{uuid7().hex[-12:]}@clinic.example"
    user = users.create_user(email=email, name=name, password=PASSWORD, is_operator=is_operator)
    with platform_scope():
        TotpDevice.objects.create(user=user, name="Authenticator app", seed=SEED)
    return user


def make_member(tenant: Tenant, role: str = Role.MARKETER, name: str = "Nora Nurse") -> User:
    user = make_user(name)
    users.add_member(user, Role(role), tenant=tenant, actor=SYSTEM)
    return user


def membership_of(user: User, tenant: Tenant) -> Membership:
    with tenant_scope(tenant.id):
        return Membership.objects.select_related("tenant", "user").get(user=user)


def current_code(user: User) -> str:
    """The code that works now; an earlier sign-in of the same half-minute is forgotten."""
    with platform_scope():
        TotpDevice.objects.filter(user=user).update(last_step=0)
    return totp.code_at(SEED, totp.step_at(clock.now()))


def staff_browser(address: str = "") -> Client:
    """A browser at an address of its own, so that failures elsewhere do not slow it down."""
    address = address or str(IPv6Address(secrets.randbits(128)))
    return Client(headers={"host": settings.HOSTS["staff"]}, REMOTE_ADDR=address)


def sign_in(client: Client, user: User) -> Client:
    client.post("/login/", {"email": user.email, "password": PASSWORD})
    answer = client.post("/login/code/", {"code": current_code(user)})
    assert answer.status_code == 302, answer.content.decode()
    return client


def browser_of(user: User) -> Client:
    """A new browser in which `user` is signed in."""
    return sign_in(staff_browser(), user)


def let_proof_grow_old(user: User) -> None:
    """As if the person had signed in more than 15 minutes ago, in each of their browsers."""
    with platform_scope():
        for session in Session.objects.filter(user=user):
            proven_at = clock.now() - LASTS - timedelta(seconds=1)
            session.content[AUTHENTICATED_AT] = proven_at.isoformat()
            session.save(update_fields=["content"])
