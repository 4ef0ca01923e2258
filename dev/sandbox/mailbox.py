"""Where received messages are kept: a file for each, and a small one that tells how it came."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4


@dataclass(frozen=True)
class Tls:
    """What protected the transfer."""

    version: str
    cipher: str


@dataclass(frozen=True)
class Delivery:
    """The envelope of one message for one recipient."""

    mail_from: str
    rcpt_to: str
    tls: Tls | None
    received_at: str


def store(root: Path, delivery: Delivery, message: bytes) -> str:
    """Keep the message; returns its name. Whoever sees NAME.eml finds NAME.json complete."""
    name = str(uuid4())
    folder = root / delivery.rcpt_to.rpartition("@")[2].lower()
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / f"{name}.json", json.dumps(asdict(delivery)).encode())
    _write(folder / f"{name}.eml", message)
    return name


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, whenever the process is killed; readable by its owner only."""
    draft = path.with_name(f".{path.name}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as opened:
        opened.write(content)
    draft.rename(path)
