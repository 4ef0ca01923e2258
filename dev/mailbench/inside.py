"""The first process in the bench's namespaces: lays out the machine, starts the servers, takes orders.

`python -m dev.mailbench.inside JOB`, which only dev.mailbench.bench starts. When it ends, the
kernel ends everything in its process namespace.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from dev.mailbench import accounts
from dev.mailbench.certificates import Certificates
from dev.mailbench.exim import Exim
from dev.mailbench.mailboxes import HOST, Dovecot
from dev.mailbench.names import Names
from dev.mailbench.policies import Policies
from dev.mailbench.postfix import mail_servers, relay
from dev.mailbench.postures import (
    EXIM,
    EXIM_DOMAIN,
    MAILBOXES,
    NAME_SERVER,
    POLICIES,
    POSTURES,
    RELAY,
    RESOLVER,
    SPAM_FILTER,
)
from dev.mailbench.processes import Server, Servers
from dev.mailbench.spam import PORT, Rspamd

PLACES = {
    "dovecot": (MAILBOXES, 24),
    "postfix": (POSTURES[0].address, 25),
    "policies": (POLICIES, 443),
    "exim": (EXIM, 25),
    "relay": (RELAY, 25),
    "rspamd": (SPAM_FILTER, PORT),
}
ORDERS = ("start", "stop", "kill", "pause", "resume")


class Written(Protocol):
    """A server's configuration."""

    def write(self) -> None:
        """Into its folder, which does not exist yet."""

    @property
    def command(self) -> list[str]:
        """What runs it in the foreground."""


def main(job: Path) -> None:
    """The job is a JSON file: folder, packages, records, and the names of the servers to start."""
    told = json.loads(job.read_text())
    folder = Path(told["folder"])
    lay_out(folder, Path(told["packages"]))
    began = time.monotonic()
    servers = Servers(written(folder, told["records"]), folder / "logs")
    control = socket.socket(socket.AF_UNIX)
    control.bind(told["control"])
    for name in told["servers"]:
        servers.launch(name)
    for name in told["servers"]:
        servers.await_ready(name)
    control.listen()
    obey(control, servers, seconds=time.monotonic() - began)


def lay_out(folder: Path, packages: Path) -> None:
    """Loopback up; the packages over /usr, accounts and name server over /etc, for this process on."""
    accounts.write(folder / "etc", RESOLVER)
    for command in (
        ["ip", "link", "set", "lo", "up"],
        _overlay(packages / "usr", "/usr"),
        _overlay(f"{folder}/etc:{packages}/etc", "/etc"),
    ):
        subprocess.run(command, check=True)


def _overlay(above: Path | str, below: str) -> list[str]:
    layers = f"lowerdir={above}:{below}"
    return ["mount", "-t", "overlay", "mailbench", "-o", layers, below]


def written(folder: Path, records: list[str]) -> list[Server]:
    """Every server's configuration, and what starts it: some only start on order."""
    (folder / "logs").mkdir()
    certificates = Certificates(folder / "tls")
    certificates.write(POSTURES)
    names = Names(folder / "names", certificates, tuple(records))
    names.write()
    found = [
        Server("knot", names.knot, NAME_SERVER, 53),
        Server("unbound", names.unbound, RESOLVER, 53),
    ]
    others: dict[str, Written] = {
        "dovecot": Dovecot(folder / "dovecot", certificates.write_for("imap", [HOST])),
        "postfix": mail_servers(folder / "postfix", certificates),
        "policies": Policies(folder / "policies", certificates),
        "exim": Exim(folder / "exim", certificates.write_for("exim", [f"mx.{EXIM_DOMAIN}"])),
        "relay": relay(folder / "relay", certificates.write_for("relay", ["relay.example"])),
        "rspamd": Rspamd(folder / "rspamd"),
    }
    for name, one in others.items():
        one.write()
        found.append(Server(name, one.command, *PLACES[name]))
    return found


def obey(control: socket.socket, servers: Servers, *, seconds: float) -> None:
    """One order a connection, a line of JSON each way; until the connection that holds us ends."""
    holder, _ = control.accept()
    holder.sendall(json.dumps({"seconds": seconds}).encode() + b"\n")
    control.settimeout(0.2)
    holder.setblocking(False)
    while not _has_ended(holder):
        try:
            connection, _ = control.accept()
        except TimeoutError:
            continue
        with connection:
            connection.settimeout(5)
            order = json.loads(connection.makefile().readline())
            connection.sendall(json.dumps(_carried_out(order, servers)).encode() + b"\n")


def _carried_out(order: dict[str, str], servers: Servers) -> dict[str, object]:
    if order["verb"] == "memory":
        return {"memory": servers.memory()}
    if order["verb"] not in ORDERS or order["name"] not in servers.names():
        return {"error": "no such order"}
    act: Callable[[str], None] = getattr(servers, order["verb"])
    try:
        act(order["name"])
    except (OSError, KeyError) as error:
        return {"error": str(error)}
    return {}


def _has_ended(holder: socket.socket) -> bool:
    try:
        return holder.recv(1) == b""
    except BlockingIOError:
        return False


if __name__ == "__main__":
    if os.getpid() != 1:
        raise SystemExit("This runs as the first process of a namespace: `make servers`.")
    main(Path(sys.argv[1]))
