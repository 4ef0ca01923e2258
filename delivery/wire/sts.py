"""MTA-STS (RFC 8461): a domain names the hosts that take its mail, and asks for verified TLS with them.

Pure reading and matching; `policies` looks for the policy of a domain and keeps it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# A field of the record (3.1); fields are divided by semicolons.
_FIELD = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([\x21-\x3a\x3c\x3e-\x7e]+)")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):(.*)")
_PATTERN = re.compile(
    r"(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)
LONGEST_AGE = 31_557_600  # 3.2: about a year, in seconds
MOST_HOSTS = 100


class Mode(StrEnum):
    """What follows from a host that does not keep to the policy."""

    ENFORCE = "enforce"  # it gets no mail
    TESTING = "testing"  # the domain is told
    NONE = "none"  # nothing any more


class PolicyInvalid(ValueError):
    """The file is no policy; what was known before stays true for its time (3.3)."""


@dataclass(frozen=True)
class Policy:
    """`mx` are names or patterns in lower case; `id` is that of the record which announced it."""

    id: str
    mode: Mode
    mx: tuple[str, ...]
    max_age: timedelta

    @property
    def is_enforced(self) -> bool:
        return self.mode is Mode.ENFORCE

    def names(self, host: str) -> bool:
        """Whether the host takes the domain's mail (4.1). A star stands for one label, the leftmost."""
        return fitting(self.mx, host) is not None


def fitting(patterns: Iterable[str], host: str) -> str | None:
    """The name or pattern that the host fits (4.1)."""
    name = host.rstrip(".").lower()
    parent = "*." + name.partition(".")[2]
    return next((pattern for pattern in patterns if pattern in {name, parent}), None)


def record_name(domain: str) -> str:
    """Where the domain says that it has a policy."""
    return f"_mta-sts.{domain}"


def policy_url(domain: str) -> str:
    """Where the policy is (3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def announced_id(texts: Iterable[str]) -> str | None:
    """The id in the record; None if there is no policy, or more than one record claims one (3.1)."""
    records = [text for text in texts if text.startswith(("v=STSv1;", "v=STSv1 "))]
    if len(records) != 1:
        return None
    version, *fields = records[0].removesuffix(";").split(";")
    matches = [_FIELD.fullmatch(field.strip(" \t")) for field in fields]
    named = {match[1]: match[2] for match in reversed(matches) if match}
    identifier = named.get("id", "")
    is_whole = version.strip(" \t") == "v=STSv1" and all(matches)
    return identifier if is_whole and _ID.fullmatch(identifier) else None


def parse(body: bytes, announced: str) -> Policy:
    """The policy in the file (3.2). Of a field that may come once, the first counts.

    Raises PolicyInvalid.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyInvalid("The file is not text.") from None
    fields: dict[str, str] = {}
    hosts: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        match = _LINE.fullmatch(line)
        if match is None:
            if line.strip(" \t"):
                raise PolicyInvalid("A line is not a name and a value.")
        elif match[1] == "mx":
            hosts.append(host_pattern(match[2].strip(" \t")))
        else:
            fields.setdefault(match[1], match[2].strip(" \t"))
    return _policy(fields, tuple(hosts), announced)


def _policy(fields: dict[str, str], hosts: tuple[str, ...], announced: str) -> Policy:
    if fields.get("version") != "STSv1":
        raise PolicyInvalid("The version is not STSv1.")
    age = fields.get("max_age", "")
    if not (age.isascii() and age.isdigit() and len(age) <= 10):
        raise PolicyInvalid("There is no max_age in seconds.")
    try:
        mode = Mode(fields.get("mode", ""))
    except ValueError:
        raise PolicyInvalid("The mode is not enforce, testing or none.") from None
    if len(hosts) > MOST_HOSTS or (mode is not Mode.NONE and not hosts):
        raise PolicyInvalid(f"A policy names at least one host, and at most {MOST_HOSTS}.")
    return Policy(announced, mode, hosts, timedelta(seconds=min(int(age), LONGEST_AGE)))


def host_pattern(text: str) -> str:
    """As it is compared. Raises PolicyInvalid for what names no host."""
    name = text.rstrip(".").lower()
    if not _PATTERN.fullmatch(name) or len(name) > 255:
        raise PolicyInvalid("A host is not a name in ASCII.")
    return name
