"""The life of each message, told twice: by an evidence export alone, and by the database."""

import json
import zipfile
from dataclasses import dataclass, field

from delivery.models import EscrowEvent, EscrowItem, Message, MessageEvent


@dataclass
class Life:
    status: str
    reason: str = ""
    route: str = ""
    tls_version: str = ""
    kinds: list[str] = field(default_factory=list)


# Events about one thing in the portal, and what they add to its story.
PORTAL = {
    "portal.message_read": ("read", "opened"),
    "escrow.revoked": ("revoked", "revoked"),
    "portal.wrong_person": ("wrong_person", "wrong_person"),
    "portal.answer": ("", "refused"),
}


def from_export(path) -> tuple[dict[str, Life], dict[str, Life]]:
    """Messages and portal items, by id. Nothing but the file is looked at."""
    messages, items = {}, {}
    with zipfile.ZipFile(path) as archive:
        for line in archive.read("events.jsonl").splitlines():
            event = json.loads(line)
            row, detail = event["row"], json.loads(event["detail"])
            _read(row["action"], row["object_id"], detail, messages, items)
    return messages, items


def _read(action, object_id, detail, messages, items):
    for each in _rows(detail, "messages"):
        if action == "messages.created":
            messages[each["id"]] = Life(each["status"], each["reason"], each["route"])
        else:
            _turn(messages[each["id"]], each)
    if action == "message.unsubscribed":
        messages[object_id].kinds.append("unsubscribed")
    elif action == "escrow.deposited":
        items.update({each["id"]: Life("waiting") for each in _rows(detail, "items")})
    elif action == "escrow.expired":
        for each in detail["items"]:
            _tell(items[each], "expired", "expired")
    elif object_id in items:
        _tell(items[object_id], *PORTAL.get(action, ("", action.removeprefix("portal."))))


def _tell(item, status, kind):
    item.status = status or item.status
    item.kinds.append(kind)


def _rows(detail, name):
    rows = detail.get(name) if "columns" in detail else None
    return [dict(zip(detail["columns"], row, strict=True)) for row in rows or []]


def _turn(life, told):
    if told["status"]:
        life.status, life.reason = told["status"], told["reason"]
        life.route = told["route"] or life.route
        life.tls_version = told["tls_version"] or life.tls_version
    if told["kind"]:
        life.kinds.append(told["kind"])


def of_messages() -> dict[str, Life]:
    lives = {
        str(m.id): Life(m.status, m.reason, m.route, m.tls_version) for m in Message.objects.all()
    }
    for event in MessageEvent.objects.order_by("occurred_at", "id"):
        lives[str(event.message_id)].kinds.append(event.kind)
    return lives


def of_items() -> dict[str, Life]:
    lives = {str(item.id): Life(item.status) for item in EscrowItem.objects.all()}
    for event in EscrowEvent.objects.order_by("occurred_at", "id"):
        lives[str(event.item_id)].kinds.append(event.kind)
    return lives
