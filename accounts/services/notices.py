"""Letters to people about their own account, so that nobody changes it behind their back."""

from accounts import queries
from accounts.models import User
from tenancy import clock
from tenancy import services as tenancy
from tenancy.origins import url_on
from tenancy.scope import tenant_scope


def tell_of_change(user: User, what: str) -> None:
    """Mail `what` happened to how `user` signs in. Operators, who are in no workspace, get none."""
    workspaces = queries.workspaces_of(user)
    if not workspaces:
        return
    context = {
        "what": what,
        "at": clock.now().strftime("%d %B %Y, %H:%M UTC"),
        "link": url_on("staff", "/account/factors/"),
    }
    with tenant_scope(workspaces[0].id):
        tenancy.queue_system_mail(to=user.email, kind="factor_changed", context=context)
