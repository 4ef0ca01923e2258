"""The key that signs what leaves us for a while (Django's SECRET_KEY), and the ones before it, for an hour each.

Its file holds the key on the first line; below it, each former key with the moment at which it ends.
Sessions are rows with keys of their own: nobody is signed out by a change of this one.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from tenancy import clock

# Longer than any link or notice that it signs, and than a restart of every process.
GRACE = timedelta(hours=1)
UNTIL = " until "


class FormerKeys(list[str]):
    """Keys that still open what they signed. Asked anew each time, so that no process keeps one for longer."""

    def __init__(self, ends: dict[str, datetime]) -> None:
        super().__init__(ends)
        self.ends = ends

    def __iter__(self) -> Iterator[str]:
        now = clock.now()
        return iter([key for key, end in self.ends.items() if now < end])


def read(text: str) -> tuple[str, FormerKeys]:
    """The key that signs, and the former ones. Raises ValueError for a former key without an end."""
    key, *former = text.strip().splitlines()
    return key, FormerKeys(dict(_former(line) for line in former))


def rotated(text: str) -> str:
    """The file with a new key at the top; the former keys that have ended are left out."""
    key, former = read(text)
    ends = {key: clock.now() + GRACE} | {one: former.ends[one] for one in former}
    lines = [f"{one}{UNTIL}{end.isoformat(timespec='seconds')}" for one, end in ends.items()]
    return "\n".join([secrets.token_urlsafe(64), *lines, ""])


def _former(line: str) -> tuple[str, datetime]:
    key, _, end = line.partition(UNTIL)
    return key, datetime.fromisoformat(end)
