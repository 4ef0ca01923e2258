"""Which of the sandbox's mail somebody may read: its mailboxes belong to all workspaces at once."""

from collections.abc import Iterable

from accounts.http import SignedInRequest
from accounts.permissions import may
from delivery.models import Message, PortalText
from delivery.sandbox_inbox import Arrival
from delivery.texting.sandbox import ReceivedText
from tenancy.models import SystemMail


def seen_by(request: SignedInRequest, arrivals: Iterable[Arrival]) -> list[Arrival]:
    """One's own mail, and what this workspace sent as far as one may see people.

    Mail of the service itself holds links for one person, so only an invitation is shown, to who
    invites: whoever it is for has no mailbox here yet.
    """
    found = list(arrivals)
    ids = {each.message_id for each in found if each.message_id}
    known = set()
    if may(request, "reports.people"):
        known |= set(Message.objects.filter(id__in=ids).values_list("id", flat=True))
    if may(request, "users.edit"):
        invitations = SystemMail.objects.filter(id__in=ids, kind="invitation")
        known |= set(invitations.values_list("id", flat=True))
    own = request.user.email.lower()
    return [each for each in found if each.mailbox == own or each.message_id in known]


def texts_seen_by(request: SignedInRequest, received: Iterable[ReceivedText]) -> list[ReceivedText]:
    """What this workspace sent to phones, for who may see people."""
    if not may(request, "reports.people"):
        return []
    found = list(received)
    sent = PortalText.objects.filter(id__in=[text.id for text in found])
    own = set(sent.values_list("id", flat=True))
    return [text for text in found if text.id in own]
