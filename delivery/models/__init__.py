from delivery.models.escrow import EscrowCode, EscrowEvent, EscrowItem, EscrowVisit
from delivery.models.message import Message, MessageEvent

__all__ = [
    "EscrowCode",
    "EscrowEvent",
    "EscrowItem",
    "EscrowVisit",
    "Message",
    "MessageEvent",
]
