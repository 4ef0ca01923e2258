"""The DNS door in front of a real resolver. Only one that checks signatures, and is ours, is believed."""

from ipaddress import ip_address

from dns.exception import DNSException
from dns.flags import AD, DO, RD
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TLSA import TLSA
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import NXDOMAIN, Answer, LRUCache, Resolver

from delivery.wire.dns import DnsUnavailable, NoSuchDomain, Records, Tlsa, Value

LOOKUP_SECONDS = 10.0  # for one question, over all name servers
# Larger answers come over TCP: fragments get lost, and can be forged (RFC 9715).
LARGEST_DATAGRAM = 1232
# Some five of a domain, and four kilobytes each.
MOST_ANSWERS = 10_000


def validating(where: str, patience: float = LOOKUP_SECONDS) -> Resolver:
    """The resolver at this "address:port", which checks signatures for us.

    What it says of them travels in clear, so it has to run on this machine. Raises ValueError.
    """
    address, _, port = where.rpartition(":")
    if not ip_address(address.strip("[]")).is_loopback:
        raise ValueError("The resolver that checks signatures has to run on this machine.")
    resolver = Resolver(configure=False)
    resolver.nameservers = [address.strip("[]")]
    resolver.port = int(port)
    resolver.flags = RD | AD
    resolver.lifetime = patience
    resolver.use_edns(0, DO, LARGEST_DATAGRAM)
    return resolver


class ResolverDns:
    """With a cache that keeps to each record's own lifetime.

    Without `where` it is the system's resolver, and nothing that it says counts as signed.
    """

    def __init__(self, where: str = "", patience: float = LOOKUP_SECONDS) -> None:
        self._is_believed = bool(where)
        self._resolver = validating(where) if where else Resolver()
        self._resolver.lifetime = patience
        self._resolver.cache = LRUCache(MOST_ANSWERS)

    def mx(self, domain: str) -> Records[tuple[int, str]]:
        answer = self._resolve(domain, RdataType.MX)
        return self._records(
            answer,
            [
                (record.preference, record.exchange.to_text(omit_final_dot=True).rstrip("."))
                for record in answer
                if isinstance(record, MX)
            ],
        )

    def addresses(self, name: str) -> Records[str]:
        older = self._resolve(name, RdataType.A)
        try:
            newer = self._resolve(name, RdataType.AAAA)
        except DnsUnavailable:
            # Many a name server fails at what is newer than itself. Of a signed name that proves nothing.
            if self._is_secure(older) or not older.rrset:
                raise
            return self._records(older, [record.to_text() for record in older])
        found = self._records(
            older, [record.to_text() for each in (newer, older) for record in each]
        )
        found.is_secure &= self._is_secure(newer)
        return found

    def txt(self, name: str) -> Records[str]:
        answer = self._resolve(name, RdataType.TXT)
        return self._records(
            answer,
            [
                b"".join(record.strings).decode("utf-8", "replace")
                for record in answer
                if isinstance(record, TXT)
            ],
        )

    def tlsa(self, name: str) -> Records[Tlsa]:
        answer = self._resolve(name, RdataType.TLSA)
        return self._records(
            answer,
            [
                Tlsa(record.usage, record.selector, record.mtype, record.cert)
                for record in answer
                if isinstance(record, TLSA)
            ],
        )

    def _records(self, answer: Answer, values: list[Value]) -> Records[Value]:
        name = answer.canonical_name.to_text(omit_final_dot=True)
        return Records(values, is_secure=self._is_secure(answer), name=name)

    def _is_secure(self, answer: Answer) -> bool:
        return self._is_believed and bool(answer.response.flags & AD)

    def _resolve(self, name: str, kind: RdataType) -> Answer:
        try:
            return self._resolver.resolve(f"{name}.", kind, raise_on_no_answer=False)
        except NXDOMAIN:
            raise NoSuchDomain(name) from None
        except DNSException as error:
            raise DnsUnavailable(type(error).__name__) from None
