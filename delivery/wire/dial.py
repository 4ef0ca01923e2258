"""From an address to a session that has proved as much as it can."""

from dataclasses import dataclass, field
from typing import NamedTuple

from delivery.wire import tls
from delivery.wire.connection import connected
from delivery.wire.conversation import Conversation
from delivery.wire.dane import SignedKeys
from delivery.wire.levels import Level, TlsFailure
from delivery.wire.reply import Finding, Reply
from delivery.wire.session import Answer, Session, SessionBroken, Stage, Timeouts

UNREACHABLE = Finding(451, "4.4.1", "No connection to the mail server.")
# What a connection can prove without the word of the domain.
BEST = Level.T2
NO_USE_INSISTING = frozenset({TlsFailure.NOT_OFFERED, TlsFailure.OLD_VERSION})


class HostUnusable(Exception):
    """No session with this host, for a reason that is not its protection. `answer` says which."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.reply))
        self.answer = answer


class Place(NamedTuple):
    """Where a session leads, and whose keys must be shown there: what one is kept for."""

    host: str
    address: str
    keys: SignedKeys | None = None


@dataclass(frozen=True)
class Dialer:
    """How connections are made: the same for every message."""

    local_name: str
    contexts: tls.Contexts
    timeouts: Timeouts = field(default_factory=Timeouts)
    port: int = 25
    # Of ours; hosts whose addresses are all of the other family cannot be reached from it.
    source_address: str | None = None

    def dial(self, place: Place, *, required: Level) -> Conversation[Session]:
        """A session with the best level that the host can prove, and at least the required one.

        Raises TlsUnavailable if it cannot, HostUnusable for anything else. Less than verified TLS
        is only tried for mail that may go to whoever answers; a host with signed keys shows one of
        them, or gets nothing.
        """
        level = Level.T4 if place.keys else BEST
        if required > level:
            raise tls.TlsUnavailable(TlsFailure.DANE_REQUIRED)
        while True:
            try:
                return (yield from self._connected(place, level))
            except tls.TlsUnavailable as unavailable:
                if place.keys:
                    raise
                level = _next(level, unavailable.failure)
                if level < required:
                    raise

    def _connected(self, place: Place, level: Level) -> Conversation[Session]:
        try:
            connection = yield from connected(
                place.address, self.port, self.timeouts.connect, source=self.source_address
            )
        except OSError:
            raise HostUnusable(Answer(Stage.CONNECT, UNREACHABLE)) from None
        session = Session(connection, self.timeouts)
        try:
            yield from self._introduced(session, place, level)
        except SessionBroken:
            raise HostUnusable(Answer(Stage.CONNECT, UNREACHABLE)) from None
        except (tls.TlsUnavailable, HostUnusable):
            session.close()
            raise
        return session

    def _introduced(self, session: Session, place: Place, level: Level) -> Conversation[None]:
        _need(Stage.CONNECT, (yield from session.greeting()))
        _need(Stage.EHLO, (yield from session.introduce(self.local_name)))
        if level is Level.T0:
            return
        if place.keys:  # the keys alone decide; no authority is asked
            yield from session.start_tls(self.contexts.unverified, place.keys.base, place.keys)
        elif level is Level.T2:
            yield from session.start_tls(self.contexts.verified, place.host)
        else:
            yield from session.start_tls(self.contexts.unverified, place.host)
        _need(Stage.EHLO, (yield from session.introduce(self.local_name)))


def _next(level: Level, failure: TlsFailure) -> Level:
    """The next lower level worth a connection. In clear text no TLS can fail."""
    return Level.T0 if failure in NO_USE_INSISTING or level is Level.T1 else Level.T1


def _need(stage: Stage, reply: Reply) -> None:
    """A 3xx where nothing has begun says as little as silence."""
    if not reply.is_positive:
        raise HostUnusable(Answer(stage, reply if reply.code >= 400 else UNREACHABLE))
