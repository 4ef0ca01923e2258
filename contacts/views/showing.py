"""For how long a person's protected data is shown to whoever asks, and which classes."""

from datetime import datetime

from accounts.http import SignedInRequest
from accounts.permissions import may
from accounts.services import form_answers
from contacts.models import Contact
from contacts.services import looks


def end(request: SignedInRequest, contact: Contact) -> None:
    looks.hide(contact, person_id=request.actor.id)
    if request.session.row_id is not None:
        form_answers.forget(request.session.row_id)


def shown_until(request: SignedInRequest, contact: Contact) -> datetime | None:
    """Asked of the rows and the right of this moment: no page and no session remembers it."""
    if not may(request, "contacts.reveal"):
        return None
    return looks.shown_until(contact, person_id=request.actor.id)


def is_shown(request: SignedInRequest, contact: Contact) -> bool:
    return shown_until(request, contact) is not None


def classes(request: SignedInRequest) -> list[str]:
    """What this role may see at all."""
    special = ["special"] if may(request, "contacts.reveal_special") else []
    return ["limited", "phi", *special] if may(request, "contacts.reveal") else []


def show(request: SignedInRequest, contact: Contact) -> dict[str, object]:
    """What a template needs to mask or to mark."""
    until = shown_until(request, contact)
    request.shows_until = until
    return {
        "shown_until": until,
        "may_reveal": may(request, "contacts.reveal"),
        "may_edit": may(request, "contacts.edit"),
        "classes": classes(request),
    }
