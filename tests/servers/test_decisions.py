"""The table of routes, the wire and the servers together: what becomes of a message in the end."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from campaigns.compilation import Rendered
from campaigns.content.quoted import encode
from compliance.facts import Acceptance, Outcome, Sensitivity, TransportLevel, Verdict
from compliance.purposes import Evidence
from contacts.models import Contact
from delivery.drafts.draft import Draft
from delivery.fates import Claimed
from delivery.models import Message, MessageEvent
from delivery.routes import WITHOUT_PHI, Route, RouteFacts, decide
from dev.mailbench.tap import tapping
from tenancy import clock
from tests.delivery import sending
from tests.delivery.sending import LETTERHEAD
from tests.servers.sending import transport

pytestmark = [pytest.mark.bench_servers, pytest.mark.prove]

# Name of the column: how sensitive, and what the person accepted.
COLUMNS = {
    "s0": (Sensitivity.S0, None),
    "s1": (Sensitivity.S1, None),
    "s2": (Sensitivity.S2, None),
    "anytls": (Sensitivity.S2, TransportLevel.ENCRYPTED),
    "clear": (Sensitivity.S2, TransportLevel.ANY),
    "s3": (Sensitivity.S3, None),
}
# Domain → what became of each column after five hours: the level that was proved, or the status.
TABLE = {
    "valid.example": ("T2", "T2", "T2", "T2", "T2", "escrowed"),
    "nomx.example": ("T2", "T2", "T2", "T2", "T2", "escrowed"),
    "mxfail.example": ("T2", "T2", "T2", "T2", "T2", "escrowed"),
    "none.example": ("T0", "escrowed", "escrowed", "escrowed", "T0", "escrowed"),
    "expired.example": ("T1", "escrowed", "escrowed", "T1", "T1", "escrowed"),
    "untrusted.example": ("T1", "escrowed", "escrowed", "T1", "T1", "escrowed"),
    "selfsigned.example": ("T1", "escrowed", "escrowed", "T1", "T1", "escrowed"),
    "wrongname.example": ("T1", "escrowed", "escrowed", "T1", "T1", "escrowed"),
    "tls10.example": ("T0", "escrowed", "escrowed", "escrowed", "T0", "escrowed"),
    "refused.example": ("T0", "escrowed", "escrowed", "escrowed", "T0", "escrowed"),
    "sts.example": ("T3", "T3", "T3", "T3", "T3", "escrowed"),
    "ststest.example": ("T1", "escrowed", "escrowed", "T1", "T1", "escrowed"),
    "stsbad.example": ("deferred", "escrowed", "escrowed", "escrowed", "escrowed", "escrowed"),
    "stsother.example": ("deferred", "escrowed", "escrowed", "escrowed", "escrowed", "escrowed"),
    "dane3.test": ("T4", "T4", "T4", "T4", "T4", "escrowed"),
    "dane2.test": ("T4", "T4", "T4", "T4", "T4", "escrowed"),
    "danebad.test": ("deferred", "escrowed", "escrowed", "escrowed", "escrowed", "escrowed"),
    "danests.test": ("deferred", "escrowed", "escrowed", "escrowed", "escrowed", "escrowed"),
    "danebogus.test": ("deferred", "escrowed", "escrowed", "escrowed", "escrowed", "escrowed"),
    "grey.example": ("deferred", "deferred", "deferred", "deferred", "deferred", "escrowed"),
    "reject.example": ("failed", "failed", "failed", "failed", "failed", "escrowed"),
    "nullmx.example": ("failed", "failed", "failed", "failed", "failed", "escrowed"),
}
# Past each wait of the table: a second look after ten minutes, an hour for a broken promise, four
# for what may pass.
MINUTES = (0, 11, 75, 130, 200, 245, 300)


def route_of(column: str) -> Route:
    sensitivity, accepted = COLUMNS[column]
    level = TransportLevel.VERIFIED if sensitivity > Sensitivity.S0 else TransportLevel.ANY
    accepts = None if accepted is None else Acceptance(accepted, UUID(int=7))
    verdict = Verdict(Outcome.ALLOW, (), level, Evidence.NONE, sensitivity, accepts)
    return decide(RouteFacts(verdict))


class Drafter:
    """The column is the local part of the address. A notice of the portal tells nothing."""

    def __call__(self, messages: Sequence[Claimed]) -> Iterator[Draft]:
        contacts = Contact.objects.in_bulk([message.contact_id for message in messages])
        for message in messages:
            address = str(contacts[message.contact_id].identity["email"])
            column, _, domain = address.partition("@")
            is_notice = message.cause == Message.Cause.NOTICE
            said = "A message waits" if is_notice else f"Told {column} at {domain}"
            text = Rendered("Hello", encode(f"{said}\n"), encode("<p>Hi</p>"))
            route = WITHOUT_PHI if is_notice else route_of(column)
            yield Draft(message, address, route, LETTERHEAD, "en", lambda text=text: text)


def became(message: Message) -> str:
    if message.status != Message.Status.SENT:
        return str(message.status)
    return str(MessageEvent.objects.get(message=message, kind="accepted").detail["level"])


@pytest.mark.usefixtures("clinic")
def test_each_message_ends_where_the_table_says_and_none_in_clear(bench):
    messages = {
        (domain, column): sending.due(column, domain=domain, mail_class="care")
        for domain in TABLE
        for column in COLUMNS
    }
    wire, began = transport(bench), clock.now()
    with tapping() as tap:
        for minutes in MINUTES:
            with clock.at(began + timedelta(minutes=minutes)):
                while sending.send(wire, drafter=Drafter()):
                    pass
        sent = tap.sent()
    for message in messages.values():
        message.refresh_from_db()
    found = {
        domain: tuple(became(messages[domain, column]) for column in COLUMNS) for domain in TABLE
    }
    assert found == TABLE
    in_clear = {
        (domain, column)
        for domain, column in messages
        if f"Told {column} at {domain}".encode() in sent
    }
    assert in_clear == {
        (domain, column) for domain, row in TABLE.items()
        for column, end in zip(COLUMNS, row, strict=True) if end == "T0"
    }  # fmt: skip
    assert {column for _, column in in_clear} == {"s0", "clear"}
