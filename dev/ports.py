"""Ports that nobody listens on."""

import socket
from collections.abc import Sequence


def free_port(wanted: int, addresses: Sequence[str]) -> int:
    """The first port from `wanted` on that is free on every address.

    Raises SystemExit if none of a hundred is.
    """
    for port in range(wanted, wanted + 100):
        if all(is_free(address, port) for address in addresses):
            return port
    raise SystemExit(f"No port from {wanted} to {wanted + 99} is free.")


def is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
