"""Typed reading of the process environment. A missing secret is a crash at start."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def text(name: str, default: str | None = None) -> str:
    """The variable's value, or the content of the file that `NAME_FILE` points to.

    Raises KeyError if both are absent and there is no default.
    """
    if f"{name}_FILE" in os.environ:
        return secret(name)
    value = os.environ.get(name, default)
    if value is None:
        raise KeyError(f"Set {name} in the environment; docs/development.md lists every variable.")
    return value


def secret(name: str) -> str:
    """Content of the file that `NAME_FILE` points to."""
    return Path(text(f"{name}_FILE")).read_text().strip()


def database(url: str, **settings: Any) -> dict[str, Any]:
    """Django's settings for `postgresql://user:password@host:port/name?host=/socket/folder`."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "tenancy.backend",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or query.get("port", [""])[0]),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": True},
        **settings,
    }
