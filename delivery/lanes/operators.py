"""Who runs a mail server: thousands of recipient domains are in the hands of a few operators.

Limits belong to an operator, not to a domain: three domains on one host share what it takes.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from django.utils.crypto import salted_hmac

FILE = Path(__file__).with_name("operators.toml")
OTHER = "other"
# "co.uk", "com.au", "nhs.uk": what is registered has one label more.
COUNTRY_SUFFIX = re.compile(r"[a-z]{2,3}\.[a-z]{2}")


@dataclass(frozen=True, slots=True)
class Operator:
    """An entry of the table, with what its servers take from one address of ours."""

    name: str
    label: str
    suffixes: tuple[str, ...]
    start: int
    most: int
    per_second: float
    messages: int


@cache
def table() -> dict[str, Operator]:
    """Raises KeyError for an entry that leaves a figure out."""
    return {
        name: Operator(
            name,
            label=row["label"],
            suffixes=tuple(row["suffixes"]),
            start=row["sessions"][0],
            most=row["sessions"][1],
            per_second=row["per_second"],
            messages=row["messages"],
        )
        for name, row in tomllib.loads(FILE.read_text()).items()
    }


@lru_cache(maxsize=20_000)
def lane_of(host: str) -> str:
    """The lane of an MX host: an operator's name, or a digest for somebody's own server.

    The name of a small practice's server says whose patients get mail: it is kept nowhere.
    """
    name = host.lower().rstrip(".")
    for operator in table().values():
        if any(f".{name}".endswith(f".{known}") for known in operator.suffixes):
            return operator.name
    return f"{OTHER}-{salted_hmac('delivery.lanes', registered(name)).hexdigest()[:16]}"


def operator_of(lane: str) -> Operator:
    """Whose figures count in a lane; for an operator that left the table, those of all others."""
    return table().get(lane.partition("-")[0], table()[OTHER])


def speaks_for(lane: str, host: str) -> bool:
    """Whether what a host said counts in a lane: in an operator's, what its own hosts said alone.

    Whoever owns a domain may name an operator's host before one that answers as it likes.
    """
    return not host or operator_of(lane).name == OTHER or lane_of(host) == lane


def registered(host: str) -> str:
    """The part of a name that somebody registered, as well as it can be told from the name alone."""
    labels = host.split(".")
    kept = 3 if COUNTRY_SUFFIX.fullmatch(".".join(labels[-2:])) else 2
    return ".".join(labels[-kept:])
