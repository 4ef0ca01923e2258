"""Looking for malware in what people send, by clamd where one is configured (its INSTREAM command).

Without it, or while it does not answer, a file is not scanned, and staff is told so before they save it.
"""

import socket
from collections.abc import Iterator, Sequence
from enum import StrEnum

PATIENCE = 10.0  # seconds for each step; clamd looks through 25 MB in a few
PIECE = 64 * 1024
LONGEST_REPLY = 1024


class Scan(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


def scan_all(contents: Sequence[bytes], *, door: str) -> Iterator[Scan]:
    """Once clamd has not answered, nobody waits for it again."""
    answers = True
    for content in contents:
        found = scan(content, door=door) if answers else Scan.NOT_SCANNED
        answers = found is not Scan.NOT_SCANNED
        yield found


def scan(content: bytes, *, door: str) -> Scan:
    """`door` is clamd's host:port, or empty where there is none."""
    if not door:
        return Scan.NOT_SCANNED
    host, _, port = door.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), PATIENCE) as line:
            _send(line, content)
            return verdict_of(_reply(line))
    except OSError:
        return Scan.NOT_SCANNED


def verdict_of(reply: bytes) -> Scan:
    """What clamd answered: `stream: OK`, `stream: NAME FOUND`, or an error, which says nothing of the file."""
    words = reply.rstrip(b"\0\n")
    if words == b"stream: OK":
        return Scan.CLEAN
    return Scan.INFECTED if words.endswith(b" FOUND") else Scan.NOT_SCANNED


def _send(line: socket.socket, content: bytes) -> None:
    """clamd hangs up in the middle of what is larger than it takes; its answer says so."""
    line.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), PIECE):
        piece = content[start : start + PIECE]
        line.sendall(len(piece).to_bytes(4) + piece)
    line.sendall(bytes(4))


def _reply(line: socket.socket) -> bytes:
    received = b""
    while len(received) < LONGEST_REPLY and (piece := line.recv(LONGEST_REPLY)):
        received += piece
    return received
