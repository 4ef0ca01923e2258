"""People with due messages and a drafter that needs no campaign: what the worker's tests share."""

from collections.abc import Iterator, Sequence

from campaigns.compilation import Rendered
from campaigns.content.quoted import encode
from contacts.models import Contact
from delivery import worker
from delivery.drafts.draft import Draft, Letterhead
from delivery.fates import Claimed
from delivery.models import Message
from delivery.routes import STRICT, Route
from delivery.services import freezing
from delivery.services.recording import Result
from delivery.wire.transport import Transport
from tenancy.ids import uuid7
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message

LETTERHEAD = Letterhead("Elm <hello@elm.example>", "elm.example", (), b"k" * 32)


def due(name: str, *, domain: str = "x.example", **columns: object) -> Message:
    """A queued message to name@domain."""
    contact = make_contact(external_id=str(uuid7()), email=f"{name}@{domain}", given_name=name)
    return make_message(contact, status=Message.Status.QUEUED, route="", settled_at=None, **columns)


class Drafter:
    """Writes to each message's contact; `route` is the same for all."""

    def __init__(self, route: Route = STRICT) -> None:
        self.route = route
        self.slices: list[int] = []

    def __call__(self, messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
        self.slices.append(len(messages))
        contacts = Contact.objects.in_bulk([message.contact_id for message in messages])
        for message in messages:
            identity = contacts[message.contact_id].identity
            text = Rendered(
                "Hello", encode(f"Dear {identity['given_name']}\n"), encode("<p>Hi</p>")
            )
            yield Draft(
                message,
                str(identity["email"]),
                self.route,
                LETTERHEAD,
                "en",
                lambda text=text: text,
            )


def send(
    transport: Transport,
    *,
    drafter: Drafter | None = None,
    stopped: tuple = (),
    classes: Sequence[str] = Message.BY_URGENCY,
) -> int:
    drafters = dict.fromkeys(Message.Cause.values, drafter or Drafter())
    return worker.send_due(transport, drafters, stopped=lambda: stopped, classes=classes)


def freeze() -> None:
    """Begin the campaigns that are due, and make their messages."""
    freezing.begin_due()
    freezing.freeze_begun()
