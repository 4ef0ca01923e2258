"""CPU of the web server for a followed link, against a no-op application on the same server.

Every request is another message's, with a whole check of its token, its sign and its fact, which goes to
Valkey as in the service. Only the server's CPU is counted, not that of whoever asks.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from benchmarks.measurement import Measurement
from benchmarks.workplace import clinic

REQUESTS = 12_000
CONNECTIONS = 4
ROUNDS = 3
GOAL = 1 / 1.6
LAYERS = ("token", "keys asked", "link table", "sign of machines", "fact to Valkey", "headers")
TICK = os.sysconf("SC_CLK_TCK")
AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


def noop(
    _environ: dict[str, object], start: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """The least that an application can do."""
    start("200 OK", [("Content-Length", "0")])
    return []


def main() -> int:
    with clinic() as tenant:
        from delivery.tracking import stream, tables, tokens
        from tenancy.ids import uuid7
        from tests.factories.delivery import make_campaign

        reference = tables.keep(make_campaign(), ["https://www.clinic.example/plan"])
        marker = tokens.marker(tenant.id, reference)
        costs: dict[str, list[float]] = {"noop": [], "link": []}
        for _ in range(ROUNDS):
            paths = [f"/c/{marker.token(uuid7())}/0" for _ in range(REQUESTS)]
            with server("benchmarks.tracking:noop") as (port, pid):
                costs["noop"].append(cost(port, pid, paths, b"200 OK"))
            with server("config.wsgi") as (port, pid):
                costs["link"].append(cost(port, pid, paths, b"302 Found"))
            arrived = sum(len(facts) for _, facts in stream.read(REQUESTS))
            stream.valkey().delete(stream.STREAM)
            if arrived != REQUESTS:
                raise SystemExit(f"{arrived} of {REQUESTS} facts arrived.")
    link, limit = (statistics.median(costs[name]) for name in ("link", "noop"))
    figure = Measurement("tracking.click", link, "µs", limit, limit / link, GOAL, LAYERS)
    print(figure.line())
    return 0 if figure.reaches_goal else 1


@contextmanager
def server(application: str) -> Iterator[tuple[int, int]]:
    """Its port, and the process that answers."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, f"--bind=127.0.0.1:{port}"]
    command += ["--worker-class=gthread", "--workers=1", "--threads=4", "--keep-alive=30"]
    command += ["--no-control-socket", "--log-level=error"]
    process = subprocess.Popen(command)
    try:
        yield port, worker_of(process.pid, port)
    finally:
        process.terminate()
        process.wait(20)


def worker_of(master: int, port: int) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
            continue
        if children:
            return int(children[0])
    raise SystemExit("The web server did not start.")


def cost(port: int, pid: int, paths: Sequence[str], expected: bytes) -> float:
    """CPU of the process for each request, in microseconds, once it is warm."""
    ask(port, [paths[0]] * 50, expected)
    before = ticks(pid)
    share = -(-len(paths) // CONNECTIONS)
    parts = [paths[start : start + share] for start in range(0, len(paths), share)]
    threads = [Thread(target=ask, args=(port, part, expected)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(1.5)  # what is flushed a second later is part of the price
    return (ticks(pid) - before) / TICK / len(paths) * 1_000_000


def ask(port: int, paths: Sequence[str], expected: bytes) -> None:
    from django.conf import settings

    host = settings.HOSTS["links"]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for path in paths:
            head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {AGENT}\r\n\r\n"
            connection.sendall(head.encode())
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(4096)
            if expected not in answer:
                raise SystemExit("The server said something else.")


def ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    sys.exit(main())
