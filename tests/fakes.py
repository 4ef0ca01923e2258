"""The doors of the product with nobody behind them: real classes with the real signatures."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial

from delivery.lanes.operators import lane_of
from delivery.wire import dial
from delivery.wire.conversation import Conversation, Question, elsewhere, run
from delivery.wire.dns import DnsUnavailable, NoSuchDomain, Records, Tlsa
from delivery.wire.door import (
    LOST,
    Announce,
    Envelope,
    HostFailure,
    Outcome,
    Result,
    Unwritable,
)
from delivery.wire.levels import Evidence, Level, TlsFailure
from delivery.wire.pins import Pin
from delivery.wire.policies import KeptPolicy
from delivery.wire.reply import Reply
from delivery.wire.session import Stage
from tenancy.ids import uuid7


@dataclass
class FakeDns:
    """Answers from dictionaries; a name in `failing` has a broken name server, one in `secure` is signed.

    `aliases` say where a host's name leads.
    """

    mx_records: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    a_records: dict[str, list[str]] = field(default_factory=dict)
    txt_records: dict[str, list[str]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    tlsa_records: dict[str, list[Tlsa]] = field(default_factory=dict)
    secure: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)

    def mx(self, domain: str) -> Records[tuple[int, str]]:
        return self._answer(self.mx_records, domain)

    def addresses(self, name: str) -> Records[str]:
        return self._answer(self.a_records, name)

    def txt(self, name: str) -> Records[str]:
        return self._answer(self.txt_records, name)

    def tlsa(self, name: str) -> Records[Tlsa]:
        return self._answer(self.tlsa_records, name)

    def _answer(self, records: dict[str, list], name: str) -> Records:
        if name in self.failing:
            raise DnsUnavailable("SERVFAIL")
        kinds = (self.mx_records, self.a_records, self.txt_records, self.tlsa_records)
        if not any(name in known for known in kinds):
            raise NoSuchDomain(name)
        leads_to = self.aliases.get(name, name)
        return Records(records.get(name, ()), is_secure=name in self.secure, name=leads_to)


@dataclass
class FakeTransport:
    """Takes every message, unless `outcomes` says otherwise for an address. Asks before the dot."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    handed_over: dict[str, list[bytes]] = field(default_factory=dict)
    required: dict[str, Level] = field(default_factory=dict)
    known_policies: dict[str, KeptPolicy | None] = field(default_factory=dict)
    pins: dict[str, Pin | None] = field(default_factory=dict)
    return_paths: dict[str, str] = field(default_factory=dict)
    # Of its own for each test: what one of them finds out slows no other.
    sends_as: str = field(default_factory=lambda: uuid7().hex)
    warms_up: bool = False

    def lanes(self, domains: Collection[str]) -> dict[str, str]:
        return {domain: lane_of(domain) for domain in domains}

    def converse(self, envelope: Envelope, announce: Announce) -> Conversation[Outcome]:
        """A test's own `send` may wait for as long as it likes."""
        return elsewhere(Question(partial(self.send, envelope, announce)))

    def send(self, envelope: Envelope, announce: Announce) -> Outcome:
        outcome = self.outcomes.get(envelope.rcpt_to, ACCEPTED)
        self.required[envelope.rcpt_to] = envelope.required
        self.known_policies[envelope.rcpt_to] = envelope.known_policy
        self.pins[envelope.rcpt_to] = envelope.pin
        self.return_paths[envelope.rcpt_to] = envelope.mail_from
        if outcome.stage is not Stage.DOT:
            return outcome
        try:
            message = run(envelope.build())
        except ValueError as error:
            raise Unwritable(str(error)) from error
        if not announce(envelope.id):
            return Outcome(Result.WITHHELD, Stage.DATA, Reply(354, "", "go on"))
        self.handed_over.setdefault(envelope.rcpt_to, []).append(message)
        return outcome


VERIFIED = Evidence(Level.T2, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "ab" * 32, "CN=Test", (), None)
ACCEPTED = Outcome(Result.ACCEPTED, Stage.DOT, Reply(250, "2.0.0", "ok"), "mx", "", VERIFIED)
NO_ANSWER = Outcome(Result.UNCERTAIN, Stage.DOT, LOST, "mx", "", VERIFIED)
UNKNOWN_USER = Outcome(Result.REFUSED, Stage.RCPT, Reply(550, "5.1.1", "no such user"), "mx")
SENDER_REFUSED = Outcome(Result.REFUSED, Stage.DOT, Reply(550, "5.7.1", "bad name"), "mx")
GREYLISTED = Outcome(Result.REFUSED, Stage.RCPT, Reply(451, "4.7.1", "greylisted"), "mx")
UNREACHABLE = Outcome(Result.REFUSED, Stage.CONNECT, dial.UNREACHABLE, "mx")
NO_TLS = Outcome(
    Result.UNPROTECTED,
    Stage.CONNECT,
    LOST,
    failures=(HostFailure("mx", TlsFailure.NOT_OFFERED),),
)
NOT_PROMISED = Outcome(
    Result.UNPROTECTED,
    Stage.CONNECT,
    LOST,
    failures=(HostFailure("mx", TlsFailure.NOT_PROMISED),),
)
