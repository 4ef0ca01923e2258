"""What comes back of a message after a server has accepted it: it counts on the day that it is known."""

from delivery.lanes.operators import lane_of
from delivery.models import Message
from delivery.warming import keeping
from delivery.wire.transport import Transport
from tenancy.scope import platform_scope


def tell(transport: Transport, message: Message, host: str, column: str) -> None:
    """Count it for the sender domain and for our address, with the operator whose host took the message.

    The name system is not asked: who runs the domain may have changed since, and mail waits to be read.
    """
    if not transport.warms_up or not host:
        return
    seen = {(lane_of(host), column): 1}
    keeping.tell(message.message_id.rpartition("@")[2].rstrip(">"), seen)
    with platform_scope():
        keeping.tell(transport.sends_as, seen)
