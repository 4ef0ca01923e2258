"""One SMTP conversation from the server's side (RFC 5321, 2920, 3207)."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLContext
from threading import Lock

from dev.sandbox.mailbox import Delivery, Tls, store
from dev.sandbox.postures import MailServer, refusal
from dev.sandbox.wire import Wire

PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)
EXTENSIONS = ("PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


class Greylist:
    """Refuses each pair of sender and recipient the first time."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._lock = Lock()

    def is_new(self, mail_from: str, rcpt_to: str) -> bool:
        with self._lock:
            is_new = (mail_from, rcpt_to) not in self._seen
            self._seen.add((mail_from, rcpt_to))
            return is_new


@dataclass(frozen=True)
class Host:
    """What all conversations with one server share; without `tls` it has no STARTTLS."""

    server: MailServer
    mail: Path
    tls: SSLContext | None
    greylist: Greylist = field(default_factory=Greylist)


class Session:
    """Answers command after command; a command's method returns the reply."""

    def __init__(self, host: Host, wire: Wire) -> None:
        self.host = host
        self.wire = wire
        self.tls: Tls | None = None
        self.mail_from: str | None = None
        self.recipients: list[str] = []

    def run(self) -> None:
        """Talk until QUIT. Raises OSError if the client goes away or refuses the certificate."""
        commands = {
            "EHLO": self.ehlo,
            "HELO": self.ehlo,
            "STARTTLS": self.starttls,
            "MAIL": self.mail,
            "RCPT": self.rcpt,
            "DATA": self.data,
            "RSET": self.rset,
            "NOOP": self.noop,
        }
        self.wire.reply(f"220 {self.host.server.name} ESMTP sandbox")
        while True:
            verb, _, argument = self.wire.read_line().partition(" ")
            if verb.upper() == "QUIT":
                break
            if reply := commands.get(verb.upper(), self.unknown)(argument):
                self.wire.reply(reply)
        self.wire.reply("221 2.0.0 Bye")
        self.wire.flush()

    def ehlo(self, _argument: str) -> str:
        self.rset("")
        offers = [*EXTENSIONS, *(["STARTTLS"] if self.host.tls and not self.tls else [])]
        lines = [f"250-{line}" for line in (self.host.server.name, *offers)]
        lines[-1] = lines[-1].replace("-", " ", 1)
        return "\r\n".join(lines)

    def starttls(self, _argument: str) -> str:
        """No reply after the handshake: the client speaks next."""
        if not self.host.tls or self.tls:
            return "503 5.5.1 STARTTLS is not available"
        self.wire.reply("220 2.0.0 Ready to start TLS")
        self.tls = self.wire.start_tls(self.host.tls)
        self.rset("")
        return ""

    def mail(self, argument: str) -> str:
        path = PATH.match(argument)
        if not path:
            return "501 5.5.4 MAIL FROM:<address>"
        self.mail_from, self.recipients = path[1], []
        return "250 2.1.0 Sender ok"

    def rcpt(self, argument: str) -> str:
        path = PATH.match(argument)
        if self.mail_from is None or not path:
            return "503 5.5.1 MAIL FROM first"
        local_part, _, domain = path[1].rpartition("@")
        if domain.lower() not in self.host.server.domains:
            return "550 5.7.1 We do not relay"
        if refused := refusal(local_part):
            return refused
        if self.host.server.greylists and self.host.greylist.is_new(self.mail_from, path[1]):
            return "451 4.7.1 Greylisted, try again later"
        self.recipients.append(path[1])
        return "250 2.1.5 Recipient ok"

    def data(self, _argument: str) -> str:
        if self.mail_from is None or not self.recipients:
            return "503 5.5.1 RCPT TO first"
        self.wire.reply("354 End with a dot")
        message = self.wire.read_message()
        names = [
            store(self.host.mail, self._delivery(recipient), message)
            for recipient in self.recipients
        ]
        self.rset("")
        return f"250 2.0.0 Stored as {names[0]}"

    def rset(self, _argument: str) -> str:
        self.mail_from, self.recipients = None, []
        return "250 2.0.0 Ok"

    def noop(self, _argument: str) -> str:
        return "250 2.0.0 Ok"

    def unknown(self, _argument: str) -> str:
        return "500 5.5.2 Not a command here"

    def _delivery(self, recipient: str) -> Delivery:
        return Delivery(
            mail_from=self.mail_from or "",
            rcpt_to=recipient,
            tls=self.tls,
            received_at=datetime.now(UTC).isoformat(),
        )
