"""What a workspace decides about sign-in, and which change of it protects less."""

from accounts.factor_rules import passkey_only_in
from accounts.models import SecuritySettings
from accounts.networks import opens_wider
from accounts.protective import Group, Setting, Values, becomes, count, higher, yes_or_no
from accounts.roles import Role


def lifts_passkeys(was: Values, is_: Values) -> bool:
    """Whether a role may sign in with something else again."""
    return not passkey_only_in(was[0]) <= passkey_only_in(is_[0])


def _roles(values: Values) -> str:
    named = passkey_only_in(values[0])
    return ", ".join(f"{role.label}s" for role in Role if role in named) or "No role"


def _networks(values: Values) -> str:
    return ", ".join(str(network) for network in values[0]) or "None, so from everywhere"


SIGN_IN = Group(
    SecuritySettings,
    "Sign-in",
    "security:rules",
    action="sign_in_rules.changed",
    kind="sign_in.loosen",
    settings=(
        Setting("Passkeys only", ("factors",), lifts_passkeys, _roles),
        Setting("Sign-out when idle", ("idle_minutes",), higher, count("minutes")),
        Setting("Longest session", ("absolute_hours",), higher, count("hours")),
        Setting(
            "API keys end with whoever leaves",
            ("ends_keys_of_leavers",),
            becomes(False),
            yes_or_no,
        ),
    ),
)

NETWORKS = Group(
    SecuritySettings,
    "Networks",
    "networks:list",
    action="networks.changed",
    kind="networks.widen",
    settings=(
        Setting(
            "Listed networks", ("ip_allow_list",),
            lambda was, is_: opens_wider(is_[0], was[0]), _networks,
        ),
    ),
)  # fmt: skip

GROUPS = (SIGN_IN, NETWORKS)
