"""How lately somebody proved who they are. What is sensitive asks for it again after 15 minutes."""

from datetime import datetime, timedelta

from django.http import HttpRequest

from accounts.http import SignedInRequest
from tenancy import clock

# NIST 800-63B 7.2: a session proves that somebody signed in, not that they still hold the device.
LASTS = timedelta(minutes=15)
AUTHENTICATED_AT = "authenticated_at"
# The page that asks says so with its answer, in fields that no form of ours has.
PREFIX = "step_up"
WANTED_METHOD = f"{PREFIX}-wanted"


class StepUpNeeded(Exception):
    """The person has to prove again who they are; ConfirmationMiddleware asks them."""


def mark_fresh(request: HttpRequest) -> None:
    """Both factors, or one of them again, were proven just now."""
    request.session[AUTHENTICATED_AT] = clock.now().isoformat()


def is_fresh(request: HttpRequest) -> bool:
    proven_at: str | None = request.session.get(AUTHENTICATED_AT)
    return proven_at is not None and clock.now() - datetime.fromisoformat(proven_at) <= LASTS


def must_confirm(request: SignedInRequest) -> bool:
    """Whether to ask; or an answer has come, though another window gave one in the meantime.

    Somebody whose factors were reset within a day gets an answer there too: not yet.
    """
    return (
        request.user.cools_until is not None
        or not is_fresh(request)
        or WANTED_METHOD in request.POST
    )
