"""Postfix's own load generator and sink: what a mail client in C reaches on this machine."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 35_000
SESSIONS = 10
MESSAGES = 6_000


def is_here() -> bool:
    return shutil.which("smtp-source") is not None


@contextmanager
def sink(folder: Path) -> Iterator[int]:
    """smtp-sink on a free port, which takes everything in clear."""
    port = _free_port()
    command = ["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def source_messages_per_second(port: int) -> float:
    """What smtp-source hands over to the sink, sessions kept."""
    command = [
        "smtp-source", "-d", "-l", str(SIZE), "-m", str(MESSAGES), "-s", str(SESSIONS),
        "-f", "b@elm.example", "-t", "ada@one.example", f"127.0.0.1:{port}",
    ]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return MESSAGES / (time.perf_counter() - began)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                if re.match(rb"220", connection.recv(64)):
                    return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("smtp-sink does not answer.")
