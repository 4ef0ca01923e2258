"""Letters that must arrive, and the looks at them."""

from datetime import datetime, timedelta

from compliance.facts import Sensitivity
from compliance.models import Sender
from compliance.purposes import Purpose
from contacts.models import Attribute, Contact
from delivery import worker
from delivery.drafters import DRAFTERS
from delivery.letters.words import Mailbox, Words, Writing
from delivery.models import Message, MessageEvent, MustArrive
from delivery.must_arrive import chain
from delivery.queries import due
from delivery.services import letters
from tenancy import clock
from tests.factories.campaigns import MARKETER
from tests.fakes import FakeTransport

SECOND = "ada.second@lakepost.example"
# Before the proof of the sender's domain grows old.
HOURS, STEP = 6, 2


def send(transport: FakeTransport) -> int:
    return worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns)


def write(contact: Contact, *, deadline_at: datetime | None = None, **changes: object) -> Message:
    """A letter to the person that must arrive within six hours, unless something else is said."""
    sender: Sender = Sender.objects.get()
    said = {
        "words": Words(Mailbox(sender.address), "Your visit", "Your glucose was 5.4."),
        "purpose": Purpose.TREATMENT,
        "sensitivity": Sensitivity.S2,
        "must_arrive_by": deadline_at or clock.now() + timedelta(hours=HOURS),
    }
    return letters.send(letters.check(Writing(**said | changes)), contact, actor=MARKETER)


def second_email() -> Attribute:
    return Attribute.objects.create(
        key="other_email", label="Other email", type="email", phi_class="limited"
    )


def look(**later: float) -> int:
    """Look after what is due, so much later."""
    with clock.at(clock.now() + timedelta(**later)):
        return chain.look_after_due()


def promise() -> MustArrive:
    return MustArrive.objects.get()


def told(message: Message) -> list[tuple[str, str, str]]:
    """What the story says of the looks: step, reason and hindrance of each."""
    events = MessageEvent.objects.filter(message=message, kind="must_arrive")
    return [
        (event.detail["step"], event.detail["reason"], event.detail.get("not", ""))
        for event in events.order_by("occurred_at", "id")
    ]
