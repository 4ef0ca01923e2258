"""The product's own processes on this test's databases, with a log each and a folder for what is temporary."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import redis
from django.conf import settings

from dev import programs
from dev.ports import free_port
from dev.processes import Children
from dev.sandbox.postures import MAIL_SERVERS
from dev.sandbox.server import Sandbox
from dev.supervisor import Program, Supervisor, answers
from tests.waiting import until


@dataclass
class Stack:
    """`folder` is new; `said` is every command that any process gave to Valkey."""

    folder: Path
    port: int = field(default_factory=lambda: free_port(8300, ["127.0.0.1"]))
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("logs", "tmp", "journal", "profile"):
            (self.folder / name).mkdir()
        self.sandbox = Sandbox(
            certificates=self.folder / "certificates",
            zone=self.folder / "zone.json",
            mail=self.folder / "mailboxes",
            port=free_port(2800, [server.address for server in MAIL_SERVERS]),
        )

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    def url(self, host: str, path: str) -> str:
        return f"http://{settings.HOSTS[host]}:{self.port}{path}"

    @property
    def variables(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
            "PUBLIC_PORT": str(self.port),
            "TMPDIR": str(self["tmp"]),
            "DELIVERY_JOURNAL_DIR": str(self["journal"]),
            "DELIVERY_ZONE_FILE": str(self.sandbox.zone),
            "DELIVERY_CA_FILE": str(self.sandbox.root_certificate),
            "DELIVERY_SMTP_PORT": str(self.sandbox.port),
            "SANDBOX_MAIL_DIR": str(self.sandbox.mail),
        }

    @contextmanager
    def running(self) -> Iterator["Stack"]:
        """Web, both workers and beat, as the demo starts them, and servers that take the mail."""
        self.sandbox.prepare()
        web = programs.web("127.0.0.1", self.port, None)
        access = Program("web", [*web.command, f"--access-logfile={self['logs'] / 'access.log'}"])
        beat = programs.beat(self["tmp"] / "beat")
        children = Children()
        supervisor = Supervisor(children, self.variables, self["logs"])
        with self.sandbox.serving():
            try:
                for program in (access, *programs.workers(), beat):
                    supervisor.start(program)
                until(lambda: answers(self.port, "/healthz", trust=None))
                for name in ("deliver", "worker"):
                    log = self["logs"] / f"{name}.log"
                    until(lambda log=log: " ready." in log.read_text(), seconds=120)
                yield self
            finally:
                supervisor.stop()
                children.close()

    @contextmanager
    def overheard(self) -> Iterator[None]:
        waiting = redis.Redis.from_url(settings.VALKEY_URL, socket_timeout=None)
        connection = waiting.connection_pool.get_connection()
        connection.send_command("MONITOR")
        assert connection.read_response() == b"OK"
        Thread(target=self._listen, args=[connection], daemon=True).start()
        try:
            yield
        finally:
            connection.disconnect()

    def _listen(self, connection: redis.Connection) -> None:
        """Each line is a moment, who asked, and the command with its arguments in quotes."""
        with suppress(redis.RedisError, OSError, ValueError):
            while True:
                self.said.append(connection.read_response().decode("latin-1"))
