"""A customer's system that keeps checkpoints: what it takes, it verified with the key that it knows."""

import base64
import json
from dataclasses import dataclass, field

from audit import notes
from tests.web_server import WebServer


@dataclass
class Receiver:
    """Keeps what arrived at `server`, if `public_key` signed it and it is larger than what it has."""

    server: WebServer
    public_key: bytes
    kept: list[str] = field(default_factory=list)
    size: int = 0

    def take_in(self) -> None:
        """Raises NoteInvalid for a checkpoint that another key signed, or that was changed on its way."""
        while self.server.asked:
            head, _, body = self.server.asked.pop(0).partition(b"\r\n\r\n")
            assert head.startswith(b"POST /anchors HTTP/1.1\r\n")
            told = json.loads(body)
            signed = notes.open_note(told["note"], self.public_key)
            assert (told["type"], told["size"]) == ("audit.checkpoint", signed.size)
            assert base64.b64decode(told["root"]) == signed.root
            if signed.size > self.size:
                self.size = signed.size
                self.kept.append(told["note"])
