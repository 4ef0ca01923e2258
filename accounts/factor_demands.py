"""Which factors somebody may sign in with, over all workspaces that they work in."""

from accounts import factor_queries, queries
from accounts.factor_rules import passkey_only
from accounts.models import User
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope


def needs_passkey(user: User) -> bool:
    """Whether a workspace of theirs accepts nothing else from their role. The strictest counts."""
    return any(_asks_for_passkey(workspace, user) for workspace in queries.workspaces_of(user))


def may_use_app(user: User) -> bool:
    """Whoever must use a passkey and has none yet gets in with the app, and sets one up."""
    with platform_scope():
        if not factor_queries.has_app(user):
            return False
        has_passkey = factor_queries.has_passkey(user)
    return not (has_passkey and needs_passkey(user))


def _asks_for_passkey(workspace: Tenant, user: User) -> bool:
    with tenant_scope(workspace.id):
        membership = queries.active_membership(user.id)
        rules = queries.security_settings()
    return membership is not None and membership.role in passkey_only(rules)
