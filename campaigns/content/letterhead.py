"""What every message of a tenant has in common."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, and where the message may lead.

    `image_hosts` are the only hosts from which a mailbox may load anything: a picture elsewhere
    tells a third party who opened the message. `links_origin` is where clicks are counted; None
    leaves addresses as they are.
    """

    organization: str
    postal_address: str
    image_hosts: frozenset[str] = frozenset()
    links_origin: str | None = None
    counts_opens: bool = False
