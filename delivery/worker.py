"""The loop that sends: claim, draft, hand over, record. No transaction is open while a server talks."""

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from uuid import UUID

from campaigns.compilation import Rendered
from delivery import fates
from delivery.crash_points import reach
from delivery.drafts.draft import Draft
from delivery.fates import Claimed, Fate
from delivery.handover import Done, Handover
from delivery.journal import Journal
from delivery.models import DomainPosture, Message
from delivery.routes import Way
from delivery.services import announcement, lease, postures, recording
from delivery.services.recording import Result
from delivery.wire.addresses import AddressUnusable
from delivery.wire.door import Envelope
from delivery.wire.transport import Transport
from tenancy import clock
from tenancy.errors import DomainError

CHUNK = 500
# Drafted together: few enough that the gate's answer is fresh when the message leaves.
SLICE = 150
RECORD_AT = 150
RENEW_AFTER_SECONDS = lease.LEASE_LASTS.total_seconds() / 5

Drafter = Callable[[Sequence[Claimed]], Iterable[Draft | Result]]
Drafters = Mapping[str, Drafter]
Stopped = Callable[[], Collection[UUID]]


def send_due(transport: Transport, drafters: Drafters, *, stopped: Stopped) -> int:
    """Try up to a chunk of the tenant's due messages once. Returns how many that were."""
    leased = lease.claim(CHUNK, stopped=stopped())
    reach("claimed")
    if leased.messages:
        Turn(leased, drafters, stopped).run(transport)
    return len(leased.messages)


class Turn:
    """One chunk of one tenant, from its lease to its record."""

    def __init__(self, leased: lease.Lease, drafters: Drafters, stopped: Stopped) -> None:
        self._token = leased.token
        self._slices = _slices(leased.messages)
        self._drafters = drafters
        self._stopped = stopped
        self._drafts: dict[UUID, Draft] = {}
        self._postures: dict[str, DomainPosture] = {}
        self._results: list[Result] = []
        # Faults of ours: what else is known is recorded first.
        self._troubles: list[Exception] = []
        self._renewed_at = time.monotonic()

    def run(self, transport: Transport) -> None:
        """Until every message of the chunk has been tried or has another fate."""
        journal = Journal(self._token)
        with Handover(transport, self._announce, journal.note) as handover:
            upcoming = next(self._slices, None)
            while upcoming or not handover.is_idle:
                if upcoming and handover.wants_more:
                    self._prepare(upcoming, handover)
                    upcoming = next(self._slices, None)
                if not handover.is_idle:
                    for done in handover.gather():
                        self._end(done)
                if len(self._results) >= RECORD_AT:
                    self._record()
                self._renew()
        self._record()
        journal.close(done=not self._troubles)
        if self._troubles:
            raise self._troubles[0]

    def _prepare(self, messages: Sequence[Claimed], handover: Handover) -> None:
        if messages[0].cause_id in self._stopped():
            self._results += [Result(message, fates.released()) for message in messages]
            return
        ready: list[Draft] = []
        for drafted in self._drafters[messages[0].cause](messages):
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
        for envelope in envelopes:
            handover.put(envelope)

    def _enveloped(self, draft: Draft) -> Envelope | None:
        """None for an address that no server could be asked about."""
        try:
            return draft.envelope()
        except AddressUnusable:
            self._settle(self._drafts.pop(draft.message.id), fates.unsendable("address_unusable"))
            return None

    def _announce(self, ids: Collection[UUID]) -> set[UUID]:
        allowed = announcement.announce(ids, token=self._token, stopped=self._stopped())
        reach("announced")
        return allowed

    def _end(self, done: Done) -> None:
        reach("noted")
        draft = self._drafts.pop(done.envelope.id)
        if done.outcome:
            fate = fates.after_try(
                draft.message,
                done.outcome,
                now=clock.now(),
                chance=random.random(),  # noqa: S311
                posture=self._postures.get(done.envelope.domain),
            )
            self._settle(draft, fate)
        elif isinstance(done.trouble, DomainError | ValueError):
            self._settle(draft, fates.unsendable("not_renderable"))
        elif done.trouble:
            self._troubles.append(done.trouble)

    def _settle(self, draft: Draft, fate: Fate) -> None:
        """Rendered here for the portal, outside every transaction."""
        text = None
        if fate.status == Message.Status.ESCROWED:
            fate, text = _for_portal(draft, fate)
        self._results.append(Result(draft.message, fate, draft.address, draft.language, text))

    def _record(self) -> None:
        if self._results:
            recording.record(self._results, token=self._token)
            self._results = []
            reach("recorded")

    def _renew(self) -> None:
        if time.monotonic() - self._renewed_at > RENEW_AFTER_SECONDS:
            lease.renew(self._token)
            self._renewed_at = time.monotonic()


def _for_portal(draft: Draft, fate: Fate) -> tuple[Fate, Rendered | None]:
    """A test has nobody who could open it in the portal: it fails where patients' mail would not."""
    if draft.message.cause == Message.Cause.TEST:
        return fates.without_tls(fate), None
    try:
        return fate, draft.write()
    except DomainError:
        return fates.unsendable("not_renderable"), None


def _slices(messages: list[Claimed]) -> Iterator[list[Claimed]]:
    """Messages that are drafted alike, a few at a time."""
    for _, same in groupby(sorted(messages, key=_kind), key=_kind):
        while few := list(islice(same, SLICE)):
            yield few


def _kind(message: Claimed) -> tuple[str, str]:
    """Messages of one campaign belong together; a portal mail has a cause of its own each."""
    of_campaign = message.cause == Message.Cause.CAMPAIGN
    return message.cause, str(message.cause_id) if of_campaign else ""
