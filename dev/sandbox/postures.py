"""The sandbox's domains, and how the mail server of each behaves."""

from dataclasses import dataclass
from enum import Enum


class Certificate(Enum):
    """What a server shows after STARTTLS."""

    NONE = "no STARTTLS"
    VALID = "valid"
    EXPIRED = "expired"


@dataclass(frozen=True)
class MailServer:
    """One MX host: its address on the loopback network, and the domains it takes mail for."""

    name: str
    address: str
    domains: tuple[str, ...]
    certificate: Certificate = Certificate.VALID
    greylists: bool = False
    publishes_key: bool = False  # in signed names (DANE)


MAIL_SERVERS = (
    MailServer("mx.harbourmail.example", "127.0.0.11", ("harbourmail.example",)),
    MailServer("mx.lakepost.example", "127.0.0.12", ("lakepost.example",), publishes_key=True),
    MailServer("mx.postbox.example", "127.0.0.13", ("postbox.example",)),
    MailServer("mx.elmmail.example", "127.0.0.14", ("elmmail.example",)),
    MailServer(
        "mx.plainmail.example", "127.0.0.15", ("plainmail.example",), certificate=Certificate.NONE
    ),
    MailServer(
        "mx.oldcert.example", "127.0.0.16", ("oldcert.example",), certificate=Certificate.EXPIRED
    ),
    MailServer("mx.greymail.example", "127.0.0.17", ("greymail.example",), greylists=True),
    # The demo's workspaces: mailboxes of their staff and of the platform's, return paths, senders.
    MailServer(
        "mx.clinics.example",
        "127.0.0.18",
        ("elmstreet.example", "mail.elmstreet.example", "northgrove.example", "sealpost.example"),
    ),
)

# Where the demo's own smtpd takes what comes back: the MX of every bounce domain.
RETURNS_NAME = "mx.returns.example"
RETURNS_ADDRESS = "127.0.0.19"


def refusal(local_part: str) -> str | None:
    """The refusal that the local part asks for: `gone…` is unknown, `full…` is over quota."""
    if local_part.startswith("gone"):
        return "550 5.1.1 No such user here"
    if local_part.startswith("full"):
        return "452 4.2.2 Mailbox full"
    return None
