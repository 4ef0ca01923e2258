"""Who may sign in to the demo, and the file that tells."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from accounts import totp
from accounts.models import Membership, TotpDevice, User
from accounts.roles import Role
from accounts.services import users
from accounts.services.sign_in import actor_for
from audit.services import SYSTEM, Actor
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope

OPERATOR = "operator"


@dataclass(frozen=True)
class Account:
    email: str
    password: str
    role: str
    name: str

    @property
    def role_in_words(self) -> str:
        return "Platform operator" if self.role == OPERATOR else Role(self.role).label


# Open to everybody who can read this file: the demo holds nobody's data.
PASSWORD = "elm-street-sandbox"  # noqa: S105

CLINIC = (
    Account("dana@elmstreet.example", PASSWORD, Role.MARKETER, "Dana Whitlow"),
    Account("priya@elmstreet.example", PASSWORD, Role.COMPLIANCE_OFFICER, "Priya Castellane"),
    Account("omar@elmstreet.example", PASSWORD, Role.OWNER, "Omar Vance"),
    Account("maya@elmstreet.example", PASSWORD, Role.ADMIN, "Maya Lindqvist"),
    Account("noor@elmstreet.example", PASSWORD, Role.ANALYST, "Noor Achterberg"),
    Account("audrey@elmstreet.example", PASSWORD, Role.AUDITOR, "Audrey Birch"),
)
DENTIST = (Account("hal@northgrove.example", PASSWORD, Role.OWNER, "Hal Marchetti"),)
PLATFORM = (Account("olga@sealpost.example", PASSWORD, OPERATOR, "Olga Rask"),)


def open_accounts(accounts: tuple[Account, ...], tenant: Tenant | None = None) -> None:
    """Make the people who are not there yet, with password and authenticator app."""
    for account in accounts:
        user = _user(account)
        if tenant is None:
            continue
        with tenant_scope(tenant.id):
            is_member = Membership.objects.filter(user=user).exists()
        if not is_member:
            users.add_member(user, Role(account.role), tenant=tenant, actor=SYSTEM)


def actor(account: Account) -> Actor:
    """The person of the account, to act in the demo's own history."""
    with platform_scope():
        return actor_for(User.objects.get(email=account.email))


def write(folder: Path) -> None:
    """Tell `make demo` who may sign in."""
    listed = [
        asdict(account) | {"role": account.role_in_words}
        for account in (*CLINIC, *DENTIST, *PLATFORM)
    ]
    path = folder / "demo-accounts.json"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w") as opened:
        json.dump(listed, opened, indent=2)


def _user(account: Account) -> User:
    with platform_scope():
        known = User.objects.filter(email=account.email).first()
    if known is not None:
        return known
    user = users.create_user(
        email=account.email,
        name=account.name,
        password=account.password,
        is_operator=account.role == OPERATOR,
    )
    with platform_scope():
        TotpDevice.objects.create(user=user, name="Authenticator app", seed=totp.new_seed())
    return user
