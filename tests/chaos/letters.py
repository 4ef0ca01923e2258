"""Messages of every class and sensitivity, and who gets them: the product's own, and some of no campaign."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from contacts.models import Contact
from delivery.drafters import DRAFTERS as OF_THE_PRODUCT
from delivery.drafts.draft import Draft
from delivery.fates import Claimed
from delivery.routes import STRICT, WITHOUT_PHI
from delivery.services.recording import Result
from tests.delivery.sending import Drafter


class Kind(NamedTuple):
    """`is_open`: nothing in it tells of a patient (S0), so it may travel in clear."""

    name: str
    cause: str
    mail_class: str
    is_open: bool = False


KINDS = (
    Kind("reminder", "campaign", "care"),  # S2: a campaign with the date of a visit
    Kind("bill", "visit", "care"),
    Kind("circular", "visit", "bulk"),
    Kind("newsletter", "visit", "bulk", is_open=True),
    Kind("notice", "notice", "notice", is_open=True),
)
BY_NAME = {kind.name: kind for kind in KINDS}


def draft_letters(messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    """What has no campaign. The family name of its person says what is written."""
    contacts = Contact.objects.in_bulk([message.contact_id for message in messages])
    for route, is_open in ((STRICT, False), (WITHOUT_PHI, True)):
        some = [
            message
            for message in messages
            if BY_NAME[str(contacts[message.contact_id].identity["family_name"])].is_open is is_open
        ]
        yield from Drafter(route)(some)


DRAFTERS = OF_THE_PRODUCT | {"visit": draft_letters}
