"""What the message log can be narrowed to. Home's number of messages in need is one of these."""

from datetime import timedelta

from django.db.models import Q, QuerySet

from delivery.escrow.unread import unread
from delivery.models import Message
from tenancy import clock

WEEK = timedelta(days=7)
STATES = {
    "": "All",
    "attention": "Need attention",
    "held": "Held",
    "failed": "Failed",
    "uncertain": "Uncertain",
    "unread": "Unread in the portal",
    "notices": "Portal notices",
}
Status = Message.Status
IN_STATE = {"held": Status.DEFERRED, "failed": Status.FAILED, "uncertain": Status.UNCERTAIN}


def to_people() -> QuerySet[Message]:
    """Messages for the people whom they are about: no test, which goes to a colleague, no notice."""
    messages: QuerySet[Message] = Message.objects.exclude(mail_class=Message.MailClass.CODE)
    return messages.exclude(cause__in=[Message.Cause.NOTICE, Message.Cause.TEST])


def recent() -> Q:
    """What came to its end within the last seven days."""
    return Q(settled_at__gte=clock.now() - WEEK)


def needing_attention() -> Q:
    """Held now, or failed or uncertain within the week."""
    ended_badly = Q(status__in=[Status.FAILED, Status.UNCERTAIN])
    return Q(status=Status.DEFERRED) | (recent() & ended_badly)


def in_state(state: str) -> QuerySet[Message]:
    """Messages to people; the notices that lead to the portal are a list of their own."""
    messages: QuerySet[Message] = Message.objects.exclude(mail_class=Message.MailClass.CODE)
    if state == "notices":
        return messages.filter(cause=Message.Cause.NOTICE)
    messages = messages.exclude(cause=Message.Cause.NOTICE)
    if state == "unread":
        return messages.filter(id__in=unread().values("message"))
    if state == "attention":
        return to_people().filter(needing_attention())
    return messages.filter(status=IN_STATE[state]) if state in IN_STATE else messages
