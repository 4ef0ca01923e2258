"""Which mail servers of a domain a workspace takes for the right ones, though the domain does not say so itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from delivery.wire.sts import fitting


@dataclass(frozen=True)
class Pin:
    """Names or patterns of hosts, in lower case.

    What the domain's people told a workspace forbids all other servers. Without their word the
    workspace's own history can vouch, and forbids nothing: `unchanged_since` is its day.
    """

    mx: tuple[str, ...]
    unchanged_since: str = ""

    @property
    def was_told(self) -> bool:
        return not self.unchanged_since

    def fits(self, host: str) -> str:
        """What of it names the host; empty if nothing does."""
        return fitting(self.mx, host) or ""


def narrower(mx: Iterable[str], than: tuple[str, ...]) -> bool:
    """Whether each host of these was allowed by those already."""
    return all(fitting(than, each) for each in mx)
