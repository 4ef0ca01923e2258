"""The sandbox's name records, in the file that delivery's DNS door reads."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from dev.places import write_private
from dev.sandbox.postures import RETURNS_ADDRESS, RETURNS_NAME, MailServer


class Zone(TypedDict):
    """Domain → MX, host → addresses, name → texts."""

    mx: dict[str, list[tuple[int, str]]]
    a: dict[str, list[str]]
    txt: dict[str, list[str]]


def write_zone(path: Path, servers: Iterable[MailServer]) -> None:
    """Write the servers' records; texts that are there already stay (published DKIM keys)."""
    servers = list(servers)
    zone: Zone = {
        "mx": {domain: [(10, server.name)] for server in servers for domain in server.domains},
        "a": {server.name: [server.address] for server in servers}
        | {RETURNS_NAME: [RETURNS_ADDRESS]},
        "txt": json.loads(path.read_text())["txt"] if path.exists() else {},
    }
    write_private(path, json.dumps(zone, indent=2))
