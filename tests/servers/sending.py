"""Our own wire against the bench: one message at a time, and what came of it in a few words."""

from datetime import timedelta
from uuid import uuid4

from delivery import worker
from delivery.drafters import DRAFTERS
from delivery.queries import due
from delivery.wire.dial import Dialer
from delivery.wire.door import Envelope, Outcome, Result
from delivery.wire.levels import Level
from delivery.wire.policies import Policies
from delivery.wire.resolver import ResolverDns
from delivery.wire.session import Timeouts
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from dev.mailbench.bench import Bench
from dev.mailbench.postures import NETWORK, RESOLVER
from tenancy import clock
from tenancy.fetch import Door, system_trust
from tests.delivery.sending import freeze
from tests.delivery.wires import written

STEPS = ("connect", "greeting", "command", "data", "block", "dot")
TEXT = b"From: <clinic@clinic.example>\r\nSubject: hello\r\n\r\nDear Ada,\r\nsee you.\r\n"


def transport(bench: Bench, *, patience: float = 5) -> SmtpTransport:
    """Straight to the bench's servers, by its own resolver."""
    dns = ResolverDns(f"{RESOLVER}:53", patience)
    timeouts = Timeouts(**dict.fromkeys(STEPS, timedelta(seconds=patience)))
    dialer = Dialer("out.clinic.example", Contexts.load(bench.ca_file), timeouts)
    trust = system_trust()
    trust.load_verify_locations(bench.ca_file)
    web = Door(dns.addresses, trust, may_reach=lambda address: address.startswith(NETWORK))
    return SmtpTransport(dns, dialer, allow_loopback=True, policies=Policies(web.get))


def send_until(minutes: int, wire: SmtpTransport) -> None:
    """The real worker, every five minutes, until nothing is due."""
    freeze()
    for minute in range(0, minutes + 1, 5):
        with clock.at(clock.now() + timedelta(minutes=minute)):
            while worker.send_due(wire, DRAFTERS, stopped=due.stopped_campaigns):
                pass


def envelope(to: str, required: Level, text: bytes = TEXT) -> Envelope:
    return Envelope(uuid4(), "b@bounce.clinic.example", to, required, lambda: written(text))


def send(wire: SmtpTransport, to: str, required: Level, text: bytes = TEXT) -> Outcome:
    return wire.send(envelope(to, required, text), lambda _identifier: True)


def in_words(outcome: Outcome) -> str:
    """`T2`, `unprotected: certificate-expired` or `refused 5.1.1`."""
    if outcome.result is Result.ACCEPTED:
        return outcome.evidence.level.name
    if outcome.result is Result.UNPROTECTED:
        return f"unprotected: {', '.join(str(each.tls) for each in outcome.failures)}"
    return f"{outcome.result} {outcome.reply.enhanced}"
