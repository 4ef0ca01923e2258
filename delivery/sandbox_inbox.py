"""What the sandbox's mail servers received, read from the files that they keep."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True)
class Arrival:
    """The envelope of one received message; `tls` is empty when it came in clear."""

    domain: str
    name: UUID
    mailbox: str
    received_at: datetime
    tls_version: str
    cipher: str
    # The id of the message that it is, if we made its Message-ID.
    message_id: UUID | None


@dataclass(frozen=True)
class Letter:
    """One received message as its reader sees it."""

    arrival: Arrival
    sender: str
    subject: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]


def arrivals(root: Path, *, wanted: str = "") -> list[Arrival]:
    """Everything received, newest first; with `wanted`, in mailboxes whose address contains it."""
    found = [arrival for arrival in _all_arrivals(root) if wanted.lower() in arrival.mailbox]
    return sorted(found, key=lambda arrival: arrival.received_at, reverse=True)


def letter(root: Path, domain: str, name: UUID) -> Letter:
    """Raises FileNotFoundError if no server of the sandbox received it."""
    folder = next((each for each in _folders(root) if each.name == domain), None)
    if folder is None:
        raise FileNotFoundError(domain)
    arrival = _arrival(folder / f"{name}.json")
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(
        (folder / f"{name}.eml").read_bytes()
    )
    return Letter(
        arrival=arrival,
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        html=_body(message, "html"),
        text=_body(message, "plain"),
        headers=tuple((field, str(value)) for field, value in message.items()),
    )


def _id_in(header: str) -> UUID | None:
    try:
        return UUID(header.strip("<>").partition("@")[0])
    except ValueError:
        return None


def _all_arrivals(root: Path) -> Iterator[Arrival]:
    for folder in _folders(root):
        for message in folder.glob("*.eml"):
            yield _arrival(message.with_suffix(".json"))


def _folders(root: Path) -> list[Path]:
    return [folder for folder in sorted(root.iterdir()) if folder.is_dir()] if root.is_dir() else []


def _arrival(path: Path) -> Arrival:
    envelope = json.loads(path.read_text())
    tls = envelope["tls"] or {"version": "", "cipher": ""}
    return Arrival(
        domain=path.parent.name,
        name=UUID(path.stem),
        mailbox=envelope["rcpt_to"].lower(),
        received_at=datetime.fromisoformat(envelope["received_at"]),
        tls_version=tls["version"],
        cipher=tls["cipher"],
        message_id=_id_of(path.with_suffix(".eml")),
    )


def _id_of(path: Path) -> UUID | None:
    with path.open("rb") as file:
        header = BytesHeaderParser().parse(file)
    return _id_in(str(header["Message-ID"] or ""))


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())
