"""The loop that sends: claim, draft, hand over, record. No transaction is open while a server talks."""

import random
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction

from campaigns.compilation import Rendered
from delivery import fates, sifting, stragglers
from delivery.crash_points import reach
from delivery.drafts.draft import Draft, NotForPortal
from delivery.fates import Claimed, Fate
from delivery.handover import Done, Handover
from delivery.journal import Journal
from delivery.models import DomainPosture, Message
from delivery.routes import Way
from delivery.services import announcement, lease, policies, postures, recording
from delivery.services.recording import Result
from delivery.slices import slices
from delivery.warming.caps import Caps
from delivery.wire.addresses import AddressUnusable
from delivery.wire.door import Envelope, Unwritable
from delivery.wire.transport import Transport
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.keyring import current_keys

CHUNK = 1_000
RECORD_AT = 150
# One commit for a group; more of them would wait announced behind slow servers.
ANNOUNCED_AT_ONCE = 50
RENEW_AFTER_SECONDS = lease.LEASE_LASTS.total_seconds() / 5
# A worker that could not renew stops well before somebody else takes over.
LEASE_IS_SURE_FOR = lease.LEASE_LASTS.total_seconds() / 2

Drafter = Callable[[Sequence[Claimed]], Iterable[Draft | Result]]
Drafters = Mapping[str, Drafter]
Stopped = Callable[[], Collection[UUID]]


def send_due(
    transport: Transport,
    drafters: Drafters,
    *,
    stopped: Stopped,
    classes: Sequence[str] = Message.BY_URGENCY,
) -> int:
    """Try up to a chunk of the tenant's due messages once. Returns how many that were."""
    since = _awake_or_not()
    leased = lease.claim(CHUNK, stopped=stopped(), classes=classes)
    reach("claimed")
    if leased.messages:
        Turn(leased, drafters, stopped, Journal(leased.token), since=since).run(transport)
    return len(leased.messages)


class Turn:
    """One chunk of one tenant, from its lease to its record."""

    def __init__(
        self,
        leased: lease.Lease,
        drafters: Drafters,
        stopped: Stopped,
        journal: Journal,
        *,
        since: float,
    ) -> None:
        self._token = leased.token
        self._slices = slices(leased.messages)
        self._drafters = drafters
        self._stopped = stopped
        # Read by the threads that talk to servers, which must not ask the database.
        self._held_back = frozenset(stopped())
        self._is_over = False
        self._renewed_at = since
        self._journal = journal
        self._drafts: dict[UUID, Draft] = {}
        self._ready: deque[Envelope] = deque()
        self._postures: dict[str, DomainPosture] = {}
        self._policies = policies.Memory()
        self._caps: Caps
        self._transport: Transport
        self._results: list[Result] = []
        # Faults of ours: what else is known is recorded first.
        self._troubles: list[Exception] = []

    def run(self, transport: Transport) -> None:
        """Until every message has been tried or has another fate, or only slow servers are left."""
        self._transport, self._caps = transport, Caps(transport)
        with ExitStack() as held:
            held.enter_context(self._journal)
            handover = Handover(transport, self._may_follow, self._journal.note)
            held.enter_context(handover)
            held.callback(self._begin_no_more)
            if self._hand_over(handover, may_leave=True):
                self._conclude()
            else:
                stragglers.wait_beside(partial(self._wait, handover, held.pop_all()))

    def _wait(self, handover: Handover, held: ExitStack) -> None:
        with held:
            self._hand_over(handover, may_leave=False)
            self._conclude()

    def _begin_no_more(self) -> None:
        """Whatever ended it early, no thread that still talks begins a text."""
        self._is_over = True

    def _conclude(self) -> None:
        """Nobody talks any more."""
        self._record()
        if self._troubles:
            raise self._troubles[0]
        self._journal.discard()

    def _hand_over(self, handover: Handover, *, may_leave: bool) -> bool:
        """Returns False if it leaves slow servers to be waited for, and has given back all the rest.

        Raises KeyUnavailable: drafts need no key any more, and stay all the same once it is off.
        """
        while self._feed(handover) or not handover.is_idle:
            if not handover.is_idle:
                for done in handover.gather():
                    self._end(done)
            if len(self._results) >= RECORD_AT:
                self._record()
            self._held_back = frozenset(self._stopped())
            self._renew()
            current_keys()
            if may_leave and handover.is_stuck and stragglers.has_room():
                self._give_back(handover)
                return False
        return True

    def _give_back(self, handover: Handover) -> None:
        """Another turn claims them, beside which the slow servers have their connections already."""
        for envelope in [*handover.withdraw(), *self._ready]:
            self._release(envelope)
        self._ready.clear()
        for messages in self._slices:
            self._results += [Result(message, fates.released()) for message in messages]
        self._record()

    def _feed(self, handover: Handover) -> bool:
        """Keep the threads busy. Returns whether there may be more to try."""
        if not handover.wants_more:
            return True
        if not self._ready:
            upcoming = next(self._slices, None)
            if upcoming is None:
                return False
            self._prepare(self._sifted(upcoming, handover))
        group = [self._ready.popleft() for _ in range(min(ANNOUNCED_AT_ONCE, len(self._ready)))]
        for envelope in self._announced(self._within_caps(group)):
            handover.put(envelope)
        return True

    def _within_caps(self, envelopes: Sequence[Envelope]) -> list[Envelope]:
        """Those that a new sender may send today; the others wait for another day."""
        later = self._caps.put_off([self._drafts[each.id] for each in envelopes], envelopes)
        for message, moment in later.items():
            fate = fates.waiting("warming_up", until=moment)
            self._settle(self._drafts.pop(message), fate)
        return [envelope for envelope in envelopes if envelope.id not in later]

    def _sifted(self, messages: Sequence[Claimed], handover: Handover) -> list[Claimed]:
        later = sifting.put_off(messages, self._transport, handover, self._caps)
        self._results += [Result(each, later[each.id]) for each in messages if each.id in later]
        return [each for each in messages if each.id not in later]

    def _prepare(self, messages: Sequence[Claimed]) -> None:
        if not messages:
            return
        if messages[0].cause_id in self._held_back:
            self._results += [Result(message, fates.released()) for message in messages]
            return
        ready: list[Draft] = []
        for drafted in self._drafted(messages):
            if isinstance(drafted, Result):
                fate = fates.untried(drafted.message, drafted.fate)
                self._results.append(replace(drafted, fate=fate))
            elif drafted.route.way is Way.PORTAL:
                self._settle(drafted, fates.to_portal(drafted.route.reasons[0]))
            else:
                self._drafts[drafted.message.id] = drafted
                ready.append(drafted)
        envelopes = [envelope for draft in ready if (envelope := self._enveloped(draft))]
        self._postures |= postures.known({envelope.domain for envelope in envelopes})
        reach("prepared")
        self._ready += self._policies.recalled(envelopes)

    @transaction.atomic
    def _drafted(self, messages: Sequence[Claimed]) -> list[Draft | Result]:
        """In one transaction: each of its questions would begin one of its own."""
        return list(self._drafters[messages[0].cause](messages))

    def _enveloped(self, draft: Draft) -> Envelope | None:
        """None for an address that no server could be asked about."""
        try:
            return draft.envelope()
        except AddressUnusable:
            self._settle(self._drafts.pop(draft.message.id), fates.unsendable("address_unusable"))
            return None

    def _announced(self, envelopes: Sequence[Envelope]) -> Iterator[Envelope]:
        """Those whose dots may follow; the others go back."""
        if not envelopes:
            return
        current_keys()
        allowed = announcement.announce(
            [envelope.id for envelope in envelopes], token=self._token, stopped=self._held_back
        )
        reach("announced")
        for envelope in envelopes:
            if envelope.id in allowed:
                yield envelope
            else:
                self._release(envelope)

    def _release(self, envelope: Envelope) -> None:
        self._caps.ended(envelope.id, None)
        self._settle(self._drafts.pop(envelope.id), fates.released())

    def _may_follow(self, message: UUID) -> bool:
        """Asked by a thread whose server waits for the text, some time after the announcement."""
        if self._is_over or _awake_or_not() - self._renewed_at > LEASE_IS_SURE_FOR:
            return False
        if self._drafts[message].message.cause_id in self._held_back:
            return False
        self._journal.announce(message)
        reach("following")
        return True

    def _end(self, done: Done) -> None:
        reach("noted")
        draft = self._drafts.pop(done.envelope.id)
        self._caps.ended(done.envelope.id, done.outcome)
        if done.outcome:
            self._policies.learn(done.envelope, done.outcome)
            tried = fates.Try(
                draft.route,
                clock.now(),
                chance=random.random(),  # noqa: S311
                posture=self._postures.get(done.envelope.domain),
            )
            self._settle(draft, fates.after_try(draft.message, done.outcome, tried))
        elif done.later:
            self._settle(draft, fates.put_off(done.later))
        elif isinstance(done.trouble, DomainError | Unwritable):
            self._settle(draft, fates.unsendable("not_renderable"))
        elif done.trouble:
            self._troubles.append(done.trouble)

    def _settle(self, draft: Draft, fate: Fate) -> None:
        """Rendered here for the portal, outside every transaction."""
        text = None
        if fate.status == Message.Status.ESCROWED:
            fate, text = _for_portal(draft, fate)
        files = draft.files if text else ()
        result = Result(draft.message, fate, draft.address, draft.language, text, files)
        self._results.append(result)

    def _record(self) -> None:
        if self._results:
            recording.record(self._results, token=self._token)
            self._policies.store()
            self._caps.store()
            self._results = []
            reach("recorded")

    def _renew(self) -> None:
        now = _awake_or_not()
        if now - self._renewed_at > RENEW_AFTER_SECONDS and lease.renew(self._token):
            self._renewed_at = now


def _awake_or_not() -> float:
    """Seconds; goes on while the machine sleeps, as a lease does."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _for_portal(draft: Draft, fate: Fate) -> tuple[Fate, Rendered | None]:
    """A test has nobody who could open it in the portal: it fails where patients' mail would not."""
    if draft.message.cause == Message.Cause.TEST:
        return fates.without_tls(fate), None
    try:
        return fate, draft.for_portal()
    except NotForPortal:
        return fates.unsendable("not_for_portal"), None
    except DomainError:
        return fates.unsendable("not_renderable"), None
