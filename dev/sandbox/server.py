"""All mail servers of the sandbox in one process: a listener each, all on one port."""

import contextlib
import socket
import socketserver
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from dev.sandbox.authority import write_certificates
from dev.sandbox.postures import MAIL_SERVERS, RETURNS_NAME, Certificate, MailServer
from dev.sandbox.session import Host, Session
from dev.sandbox.wire import Wire
from dev.sandbox.zone import key_in, write_zone

IDLE_SECONDS = 300  # RFC 5321 4.5.3.2.7
POLL_SECONDS = 0.05  # how long a listener may take to notice that it shall end
LIFETIMES = {
    Certificate.VALID: timedelta(days=3650),
    Certificate.EXPIRED: timedelta(days=-30),
}


@dataclass(frozen=True)
class Sandbox:
    """Where the sandbox keeps its files: certificates, name records, received mail."""

    certificates: Path
    zone: Path
    mail: Path
    port: int

    def prepare(self) -> None:
        """Write the certificates and the name records, which delivery reads at its start."""
        now = datetime.now(UTC)
        expiry = {
            server.name: now + LIFETIMES[server.certificate]
            for server in MAIL_SERVERS
            if server.certificate in LIFETIMES
        }
        expiry[RETURNS_NAME] = now + LIFETIMES[Certificate.VALID]
        write_certificates(self.certificates, expiry)
        keys = {
            f"_{self.port}._tcp.{server.name}": key_in(self.certificates / f"{server.name}.pem")
            for server in MAIL_SERVERS
            if server.publishes_key
        }
        write_zone(self.zone, MAIL_SERVERS, keys=keys)

    @property
    def root_certificate(self) -> Path:
        return self.certificates / "ca.pem"

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Take mail, in threads, until the block ends."""
        listeners = [Listener(self._host(server), self.port) for server in MAIL_SERVERS]
        threads = [
            Thread(target=listener.serve_forever, args=[POLL_SECONDS]) for listener in listeners
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for listener, thread in zip(listeners, threads, strict=True):
                listener.shutdown()
                listener.server_close()
                thread.join()

    def _host(self, server: MailServer) -> Host:
        if server.certificate is Certificate.NONE:
            return Host(server, self.mail, tls=None)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificates / f"{server.name}.pem")
        return Host(server, self.mail, tls=context)


class Listener(socketserver.ThreadingTCPServer):
    """Accepts connections on one server's address."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, host: Host, port: int) -> None:
        self.host = host
        super().__init__((host.server.address, port), Connection)


class Connection(socketserver.BaseRequestHandler):
    """Holds one conversation in a thread."""

    server: Listener

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(IDLE_SECONDS)
        wire = Wire(self.request)
        with contextlib.suppress(OSError):  # it went away, or does not trust the certificate
            Session(self.server.host, wire).run()
        wire.connection.close()
