"""When receivers refuse mail for its sender, somebody has to look: it does not mend by itself."""

from datetime import timedelta

from audit.services import SYSTEM, Actor
from compliance.models import Alert
from compliance.services import alerts
from delivery.models import InboundMail, Message
from delivery.replies import Meaning
from tenancy import clock

# One server may be of its own mind; more is the domain's records, or its name.
MOST_A_DAY = 5
WITHIN = timedelta(days=1)
RECEIVERS = Actor(kind=SYSTEM.kind, id="receivers", name="Receiving mail servers")


def was_refused() -> None:
    """To be said of each refusal, in its transaction. Alerts once; an answered alert counts anew."""
    since = clock.now() - WITHIN
    answered_at = alerts.answered_at(Alert.Kind.REFUSED, RECEIVERS.id)
    if answered_at is not None:
        since = max(since, answered_at)
    at_the_door = Message.objects.filter(reason=Meaning.SENDER_REFUSED, settled_at__gt=since)
    afterwards = InboundMail.objects.filter(finding=Meaning.SENDER_REFUSED, read_at__gt=since)
    count = at_the_door.count() + afterwards.count()
    if count > MOST_A_DAY:
        alerts.raise_alert(Alert.Kind.REFUSED, RECEIVERS, count=count)
