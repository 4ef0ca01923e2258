"""One turn's side of warm-up plans: which of its messages may go today, and what became of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from delivery.drafts.draft import Draft
from delivery.fates import Claimed
from delivery.lanes.operators import speaks_for
from delivery.warming import keeping
from delivery.warming.keeping import Seen, Wanted
from delivery.wire.door import Envelope, Outcome
from delivery.wire.transport import Transport
from tenancy.scope import platform_scope


@dataclass
class Name:
    """Of a sender domain or an address of ours, within this turn."""

    name: str
    is_ours: bool
    free: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    seen: Counter[Seen] = field(default_factory=Counter)
    unheard: Counter[str] = field(default_factory=Counter)

    def take(self, wanted: Counter[Wanted]) -> Counter[Wanted]:
        capped = Counter({key: count for key, count in wanted.items() if self.counts(key[0])})
        if not capped:
            return wanted
        with self._scope():
            return (wanted - capped) + keeping.take(self.name, capped)

    def postpone(self, wanted: Counter[Wanted]) -> dict[Wanted, list[datetime]]:
        with self._scope():
            return keeping.postpone(self.name, wanted)

    def counts(self, lane: str) -> bool:
        """False for a lane without a cap, which is asked for once in a turn."""
        if lane not in self.asked:
            self.asked.add(lane)
            with self._scope():
                self.free |= keeping.lanes_without_caps(self.name, [lane])
        return lane not in self.free

    def store(self) -> None:
        seen, unheard = +self.seen, +self.unheard
        self.seen, self.unheard = Counter(), Counter()
        with self._scope():
            if seen:
                keeping.tell(self.name, seen)
            if unheard:
                keeping.give_back(self.name, unheard)

    def _scope(self) -> AbstractContextManager[None]:
        return platform_scope() if self.is_ours else nullcontext()


class Caps:
    """Use from the thread that owns the database connection, outside transactions."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._names: dict[str, Name] = {}
        # Sender domain, lane and class of what was put off in this turn, and by whose plan.
        self._full: dict[tuple[str, str, str], Name] = {}
        self._under_way: dict[UUID, tuple[str, list[Name]]] = {}

    def put_off(
        self, drafts: Sequence[Draft], envelopes: Sequence[Envelope]
    ) -> dict[UUID, datetime]:
        """Those that must not go today, and when the turn of each comes; the others count as sent."""
        if not self._transport.warms_up:
            return {}
        lanes = self._transport.lanes({envelope.domain for envelope in envelopes})
        of_domain: dict[str, dict[Wanted, list[UUID]]] = defaultdict(lambda: defaultdict(list))
        for draft, envelope in zip(drafts, envelopes, strict=True):
            wanted = lanes[envelope.domain], draft.message.mail_class
            of_domain[draft.letterhead.domain][wanted].append(envelope.id)
        later: dict[UUID, datetime] = {}
        for domain, waiting in of_domain.items():
            later.update(self._of_domain(domain, waiting))
        return later

    @property
    def has_full_lanes(self) -> bool:
        return bool(self._full)

    def put_off_undrafted(self, messages: Mapping[Claimed, str]) -> dict[UUID, datetime]:
        """Of messages with their lanes: those for which no place is left today, as is known already."""
        waiting: dict[tuple[str, str, str], list[UUID]] = defaultdict(list)
        for message, lane in messages.items():
            domain = message.message_id.rpartition("@")[2].rstrip(">")
            if (domain, lane, message.mail_class) in self._full:
                waiting[domain, lane, message.mail_class].append(message.id)
        later: dict[UUID, datetime] = {}
        for key, ids in waiting.items():
            wanted = key[1:]
            moments = self._full[key].postpone(Counter({wanted: len(ids)}))
            later.update(zip(ids, moments[wanted], strict=True))
        return later

    def ended(self, message: UUID, outcome: Outcome | None) -> None:
        """None: it was not tried."""
        lane, names = self._under_way.pop(message, ("", []))
        column = "unheard"
        if outcome and speaks_for(lane, outcome.host):
            column = keeping.column_of(outcome)
        for name in names:
            if column == "unheard":
                name.unheard[lane] += 1
            elif column:
                name.seen[lane, column] += 1

    def store(self) -> None:
        """Write down what was seen since the last time."""
        for name in self._names.values():
            name.store()

    def _of_domain(
        self, domain: str, waiting: dict[Wanted, list[UUID]]
    ) -> Iterator[tuple[UUID, datetime]]:
        ours = self._name(self._transport.sends_as, is_ours=True)
        theirs = self._name(domain, is_ours=False)
        wanted = Counter({key: len(ids) for key, ids in waiting.items()})
        by_domain = theirs.take(wanted)
        granted = ours.take(by_domain)
        for lane, mail_class in by_domain:
            missing = by_domain[lane, mail_class] - granted[lane, mail_class]
            theirs.unheard[lane] += missing if theirs.counts(lane) else 0
        later = _merged(
            theirs.postpone(wanted - by_domain) if wanted - by_domain else {},
            ours.postpone(by_domain - granted) if by_domain - granted else {},
        )
        for key, ids in waiting.items():
            going, staying = ids[: granted[key]], ids[granted[key] :]
            if staying:
                self._full[domain, *key] = theirs if wanted[key] > by_domain[key] else ours
            names = [name for name in (theirs, ours) if name.counts(key[0])]
            self._under_way.update((message, (key[0], names)) for message in going)
            yield from zip(staying, later.get(key, []), strict=True)

    def _name(self, name: str, *, is_ours: bool) -> Name:
        key = f"{is_ours}:{name}"
        if key not in self._names:
            self._names[key] = Name(name, is_ours)
        return self._names[key]


def _merged(
    theirs: dict[Wanted, list[datetime]], ours: dict[Wanted, list[datetime]]
) -> dict[Wanted, list[datetime]]:
    return {key: [*ours.get(key, []), *theirs.get(key, [])] for key in theirs.keys() | ours.keys()}
