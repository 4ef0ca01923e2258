from delivery.models.dispatch import Dispatch
from delivery.models.escrow import EscrowCode, EscrowEvent, EscrowItem, EscrowVisit
from delivery.models.message import Message, MessageEvent

__all__ = [
    "Dispatch",
    "EscrowCode",
    "EscrowEvent",
    "EscrowItem",
    "EscrowVisit",
    "Message",
    "MessageEvent",
]
