"""The sandbox's phones: texts are files in a folder, which the sandbox's inbox shows."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from delivery.texting.gateway import Text
from tenancy import clock


@dataclass(frozen=True)
class ReceivedText:
    id: UUID
    number: str
    words: str
    received_at: datetime


@dataclass(frozen=True)
class SandboxGateway:
    folder: Path

    def send(self, text: Text) -> str:
        shown = {
            "number": text.number,
            "words": text.words,
            "received_at": clock.now().isoformat(),
        }
        unfinished = self.folder / f"{text.id}.part"
        unfinished.write_text(json.dumps(shown))
        unfinished.rename(self.folder / f"{text.id}.json")
        return "sandbox"


def received(folder: Path) -> list[ReceivedText]:
    """Newest first."""
    found = [_read(file) for file in folder.glob("*.json")]
    return sorted(found, key=lambda text: text.received_at, reverse=True)


def _read(file: Path) -> ReceivedText:
    shown = json.loads(file.read_text())
    at = datetime.fromisoformat(shown["received_at"])
    return ReceivedText(UUID(file.stem), shown["number"], shown["words"], at)
