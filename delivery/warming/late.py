"""What comes back of a message after a server has accepted it: it counts on the day that it is known."""

from contextlib import suppress

from delivery.models import Message
from delivery.warming import keeping
from delivery.wire.addresses import AddressUnusable, domain_of
from delivery.wire.transport import Transport
from tenancy.scope import platform_scope


def tell(transport: Transport, message: Message, address: str, column: str) -> None:
    """Count it for the sender domain and for our address, with the operator of the recipient.

    Outside transactions: the name system may be asked.
    """
    if not transport.warms_up:
        return
    with suppress(AddressUnusable):
        domain = domain_of(address)
        seen = {(transport.lanes({domain})[domain], column): 1}
        keeping.tell(message.message_id.rpartition("@")[2].rstrip(">"), seen)
        with platform_scope():
            keeping.tell(transport.sends_as, seen)
