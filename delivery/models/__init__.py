from delivery.models.message import Message, MessageEvent

__all__ = ["Message", "MessageEvent"]
