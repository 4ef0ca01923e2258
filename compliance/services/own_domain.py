"""The domain of the service's own mail: a sender domain like any other, of the platform's tenant.

For the platform's scope.
"""

from audit.services import Actor
from compliance import platform
from compliance.models import SenderDomain
from compliance.services import dkim_keys, domains


def own_domain() -> SenderDomain | None:
    """None until an operator made its first keys."""
    return SenderDomain.objects.filter(domain=platform.mail_domain()).first()


def make_keys(*, actor: Actor) -> None:
    """The first keys, or the next. Raises KeysNotReplaced while others wait for their records."""
    domain = own_domain()
    if domain is None:
        domains.add_domain(platform.mail_domain(), actor=actor)
    else:
        dkim_keys.replace(domain, actor=actor)
