"""For how long a person's protected data is shown in this session, and which classes."""

from datetime import datetime

from accounts.http import SignedInRequest
from accounts.permissions import may
from contacts.models import Contact
from contacts.services.people import REVEAL_LASTS
from tenancy import clock

_SESSION_KEY = "shown"


def begin(request: SignedInRequest, contact: Contact) -> None:
    """From now on, for five minutes. The session holds ids and times, no data."""
    running = {
        contact_id: until
        for contact_id, until in request.session.get(_SESSION_KEY, {}).items()
        if datetime.fromisoformat(until) > clock.now()
    }
    running[str(contact.pk)] = (clock.now() + REVEAL_LASTS).isoformat()
    request.session[_SESSION_KEY] = running


def end(request: SignedInRequest, contact: Contact) -> None:
    running = dict(request.session.get(_SESSION_KEY, {}))
    running.pop(str(contact.pk), None)
    request.session[_SESSION_KEY] = running


def shown_until(request: SignedInRequest, contact: Contact) -> datetime | None:
    until = request.session.get(_SESSION_KEY, {}).get(str(contact.pk))
    moment = datetime.fromisoformat(until) if until else None
    return moment if moment and moment > clock.now() and may(request, "contacts.reveal") else None


def is_shown(request: SignedInRequest, contact: Contact) -> bool:
    return shown_until(request, contact) is not None


def classes(request: SignedInRequest) -> list[str]:
    """What this role may see at all."""
    special = ["special"] if may(request, "contacts.reveal_special") else []
    return ["limited", "phi", *special] if may(request, "contacts.reveal") else []


def show(request: SignedInRequest, contact: Contact) -> dict[str, object]:
    """What a template needs to mask or to mark."""
    return {
        "shown_until": shown_until(request, contact),
        "may_reveal": may(request, "contacts.reveal"),
        "may_edit": may(request, "contacts.edit"),
        "classes": classes(request),
    }
