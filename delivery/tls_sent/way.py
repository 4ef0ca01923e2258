"""The one way that failures of TLS do not close, and the one kind of mail that may take it.

RFC 8460 5.3: a report about broken TLS has to arrive where TLS is broken. So neither MTA-STS nor DANE
binds it; the best that a server offers is still used.
"""

from dataclasses import dataclass, field, replace
from typing import Self

from delivery.routes import Way
from delivery.tls_sent.letter import ReportDraft
from delivery.wire.conversation import run
from delivery.wire.dns import Dns, Records, Tlsa
from delivery.wire.door import Outcome
from delivery.wire.policies import Found, KeptPolicy, Policies
from delivery.wire.pool import Pool
from delivery.wire.transport import SmtpTransport, Transport


class NotAReport(ValueError):
    """Any other mail keeps to what the domain promises."""


@dataclass(frozen=True)
class NoPolicies(Policies):
    """No MTA-STS policy is looked for."""

    def of(self, domain: str, dns: Dns, remembered: KeptPolicy | None = None) -> Found:
        return Found()


@dataclass(frozen=True)
class WithoutKeys:
    """The name system, as it answers where nobody has signed keys of servers."""

    dns: Dns

    def mx(self, domain: str) -> Records[tuple[int, str]]:
        return self.dns.mx(domain)

    def addresses(self, name: str) -> Records[str]:
        return self.dns.addresses(name)

    def txt(self, name: str) -> Records[str]:
        return self.dns.txt(name)

    def tlsa(self, name: str) -> Records[Tlsa]:
        return Records(name=name)


@dataclass(frozen=True)
class ReportWay:
    """Takes reports and nothing else, so that it stands in for no transport."""

    _wire: Transport = field(repr=False)

    @classmethod
    def beside(cls, transport: SmtpTransport) -> Self:
        """Over the same connections as other mail, but with no session of theirs."""
        return cls(
            replace(
                transport,
                dns=WithoutKeys(transport.dns),
                policies=NoPolicies(),
                pool=Pool(),
                resting={},
            )
        )

    def send(self, draft: ReportDraft) -> Outcome:
        """Raises AddressUnusable, or NotAReport before anything is asked of anybody."""
        if not isinstance(draft, ReportDraft) or draft.route.way is not Way.DESPITE_TLS:
            raise NotAReport("Only reports about TLS may go where TLS fails.")
        return run(self._wire.converse(draft.envelope(), lambda _: True))
