"""Who follows links and loads pictures: people, or the programs between us and them.

What gives a program away at once (its name, its network, asking for the head alone) is seen where the
request comes in. What only shows beside other requests is decided when facts are drained. The lists are
data: `machines.json`.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import NamedTuple

from delivery.models import Reaction

Doer = Reaction.Doer
Kind = Reaction.Kind

# What the door can tell, in the order of its number in the stream.
SIGNS = (Doer.PERSON, Doer.PROXY, Doer.SCANNER, Doer.PROBE)
# A mailbox shows a message some seconds after its server took it, at the soonest.
EARLY = timedelta(seconds=5)
# Nobody follows three links of a message, or reads what they lead to, within this time.
BURST = timedelta(seconds=10)
BURST_LINKS = 3
# Nor two within a second.
PAIR = timedelta(seconds=1)


@dataclass(frozen=True)
class Marks:
    """What one kind of program is known by."""

    agents: tuple[str, ...]
    whole_agents: frozenset[str]
    networks: tuple[IPv4Network | IPv6Network, ...]

    def fit(self, agent: str, address: str) -> bool:
        if agent in self.whole_agents or any(part in agent for part in self.agents):
            return True
        seen = ip_address(address)
        return any(seen in network for network in self.networks)


def _marks(entry: Mapping[str, Mapping[str, str]]) -> Marks:
    networks = tuple(ip_network(network) for network in entry["networks"])
    return Marks(tuple(entry["agents"]), frozenset(entry["whole_agents"]), networks)


_KNOWN = json.loads((Path(__file__).parent / "machines.json").read_text())
_MARKS = {Doer.SCANNER: _marks(_KNOWN["scanners"]), Doer.PROXY: _marks(_KNOWN["proxies"])}


@lru_cache(maxsize=10_000)
def sign_of(agent: str, address: str) -> int:
    """The place in SIGNS of what the request's own words tell."""
    for doer, marks in _MARKS.items():
        if marks.fit(agent.strip().lower(), address):
            return SIGNS.index(doer)
    return SIGNS.index(Doer.PERSON)


PROBE = SIGNS.index(Doer.PROBE)


class Act(NamedTuple):
    """One request, as it came in; `link` is -1 for the dot."""

    occurred_at: datetime
    link: int
    sign: int


class History:
    """All that is known to have happened to one message around some moment."""

    def __init__(self, acts: Sequence[Act], delivered_at: datetime | None) -> None:
        self._clicks = sorted(act for act in acts if act.link >= 0)
        self._times = [act.occurred_at for act in self._clicks]
        self._delivered_at = delivered_at

    def doer_of(self, act: Act) -> Doer:
        """Who it seems to have been. What looks like a machine's act is never called a person's."""
        if act.sign:
            return SIGNS[act.sign]
        if self._delivered_at and act.occurred_at < self._delivered_at + EARLY:
            return Doer.EARLY
        if act.link < 0:
            return Doer.PERSON
        near = self._within(act.occurred_at, BURST)
        if any(other.sign == PROBE for other in near):
            return Doer.SCANNER
        for begin in (other.occurred_at for other in near if other.occurred_at <= act.occurred_at):
            links = {one.link for one in near if begin <= one.occurred_at <= begin + BURST}
            if len(links) >= BURST_LINKS:
                return Doer.BURST
        pair = {other.link for other in self._within(act.occurred_at, PAIR)}
        return Doer.BURST if len(pair) > 1 else Doer.PERSON

    def _within(self, moment: datetime, span: timedelta) -> list[Act]:
        first = bisect_left(self._times, moment - span)
        return self._clicks[first : bisect_right(self._times, moment + span)]
