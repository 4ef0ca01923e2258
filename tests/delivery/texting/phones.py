"""A person with a phone, a gateway on loopback or in memory, and a message that needs more than the mailbox."""

import re
from dataclasses import dataclass, field

from contacts.models import Contact
from delivery.escrow import answers
from delivery.models import EscrowItem, EscrowVisit, PortalText
from delivery.texting import sending
from delivery.texting.gateway import Text, TextNotTaken, Trouble
from tests.delivery.escrow.test_visits import begin
from tests.factories.delivery import make_item

NUMBER = "+12075550142"
UNSAFE = EscrowItem.Reason.UNSAFE_TRANSPORT


@dataclass
class Phones:
    """A gateway that keeps what it took, or refuses with `trouble`."""

    trouble: Trouble | None = None
    texts: list[Text] = field(default_factory=list)

    def send(self, text: Text) -> str:
        if self.trouble:
            raise TextNotTaken(self.trouble, 400)
        self.texts.append(text)
        return "SM42"

    @property
    def code(self) -> str:
        """As the last text shows it."""
        return re.search(r"\d{4} \d{4}", self.texts[-1].words).group()


def with_phone(contact: Contact, number: str = NUMBER) -> Contact:
    contact.identity = contact.identity | {"phone": number}
    contact.save(update_fields=["identity"])
    return contact


def visit_of(contact: Contact, **item) -> EscrowVisit:
    return begin(make_item(contact, **{"reason": UNSAFE, **item}))[0]


def texted(visit: EscrowVisit, phones: Phones) -> PortalText:
    """A code was asked for, and a worker tried to send it."""
    code = answers.send_code(visit)
    sending.send_due(phones)
    return PortalText.objects.get(code=code)
