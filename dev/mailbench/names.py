"""The name system of the bench: Knot signs `test`, Unbound validates; nothing is asked outside."""

import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dev.mailbench.certificates import Certificates
from dev.mailbench.postures import (
    BOGUS,
    EXIM,
    EXIM_DOMAIN,
    FAULTS,
    MAILBOXES,
    NAME_SERVER,
    NOBODY,
    POLICIES,
    POLICIES_OF_A_STRANGER,
    POSTURES,
    RELAY,
    RESOLVER,
    RETURNS,
    SIGNED,
    STRANGERS_POLICY,
    UNSIGNED,
    WITHOUT_MX,
    Posture,
)

APEX = """$TTL 5
@ SOA ns.{zone}. hostmaster.{zone}. 1 3600 600 86400 5
@ NS ns.{zone}.
ns.{zone}. A {address}
"""
# Domains whose fate the name system alone decides.
BY_NAMES_ALONE = (
    ("nullmx.example.", "MX", "0 ."),
    ("mxfail.example.", "MX", "10 nobody.example."),
    ("mxfail.example.", "MX", "20 mx.valid.example."),
    ("dead.example.", "MX", "10 nobody.example."),
    ("nobody.example.", "A", NOBODY),
    ("private.example.", "MX", "10 mx.private.example."),
    ("mx.private.example.", "A", "10.0.0.1"),
    ("alias.example.", "CNAME", "valid.example."),
    ("mixed.example.", "MX", "10 mx.dane3.test."),
    ("fault.example.", "MX", "10 mx.fault.example."),
    ("mx.fault.example.", "A", FAULTS),
    ("mx.returns.example.", "A", RETURNS),
    ("relay.example.", "A", RELAY),
    ("behind.example.", "MX", "10 relay.example."),
    ("expiring.example.", "MX", "10 relay.example."),
    (f"{EXIM_DOMAIN}.", "MX", f"10 mx.{EXIM_DOMAIN}."),
    (f"mx.{EXIM_DOMAIN}.", "A", EXIM),
    ("imap.example.", "A", MAILBOXES),
)
SIGNER = """server:
  listen: {address}@53
  rundir: {folder}
  user: root:root
  background-workers: 1
  udp-workers: 1
  tcp-workers: 1
database:
  storage: {folder}
log:
  - target: {folder}/knot.log
    any: info
policy:
  - id: fast
    algorithm: ecdsap256sha256
    single-type-signing: on
    ksk-lifetime: 0
zone:
"""
RESOLVING = """server:
  interface: {resolver}
  access-control: 127.0.0.0/8 allow
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  logfile: "{folder}/unbound.log"
  trust-anchor-file: "{folder}/anchor.key"
  local-zone: "." static
  local-zone: "test." transparent
  local-zone: "example." transparent
  cache-max-ttl: 2
  cache-max-negative-ttl: 1
  module-config: "validator iterator"
remote-control:
  control-enable: no
stub-zone:
  name: "test."
  stub-addr: {server}@53
stub-zone:
  name: "example."
  stub-addr: {server}@53
"""


@dataclass(frozen=True)
class Names:
    """`records` are lines that whoever runs in the bench adds to the unsigned zone."""

    folder: Path
    certificates: Certificates
    records: tuple[str, ...] = ()

    @property
    def knot(self) -> list[str]:
        return ["knotd", "-c", f"{self.folder}/knot.conf"]

    @property
    def unbound(self) -> list[str]:
        return ["unbound", "-d", "-c", f"{self.folder}/unbound.conf"]

    def write(self) -> None:
        """Zones, both configurations, and the key that Unbound trusts."""
        self.folder.mkdir()
        extra = [" ".join(row) for row in BY_NAMES_ALONE] + list(self.records)
        self._zone("example", [line for one in UNSIGNED for line in self._records(one)] + extra)
        children = [line for name in BOGUS for line in _forged_delegation(name)]
        self._zone("test", [line for one in SIGNED for line in self._records(one)] + children)
        for name in BOGUS:
            self._zone(name, [f"mx.{name}. A {NOBODY}", f"{name}. MX 10 mx.{name}."])
        config = SIGNER.format(folder=self.folder, address=NAME_SERVER)
        config += self._served("example", is_signed=False)
        config += "".join(self._served(name, is_signed=True) for name in ("test", *BOGUS))
        (self.folder / "knot.conf").write_text(config)
        (self.folder / "anchor.key").write_text(self._new_key("test"))
        (self.folder / "unbound.conf").write_text(
            RESOLVING.format(resolver=RESOLVER, folder=self.folder, server=NAME_SERVER)
        )

    def _zone(self, name: str, lines: list[str]) -> None:
        text = APEX.format(zone=name, address=NAME_SERVER) + "\n".join(lines) + "\n"
        (self.folder / f"{name}.zone").write_text(text)

    def _served(self, name: str, *, is_signed: bool) -> str:
        lines = f"  - domain: {name}.\n    file: {self.folder}/{name}.zone\n    zonefile-sync: -1\n"
        signing = "    dnssec-signing: on\n    dnssec-policy: fast\n"
        load = "    zonefile-load: difference-no-serial\n    journal-content: all\n"
        return lines + (signing + load if is_signed else "")

    def _records(self, posture: Posture) -> list[str]:
        domain, host = f"{posture.domain}.", f"{posture.host}."
        lines = [f"{host} A {posture.address}"]
        if posture.domain != WITHOUT_MX:
            lines.append(f"{domain} MX 10 {host}")
        if posture.tlsa:
            lines.append(f"_25._tcp.{host} TLSA {self.certificates.tlsa(posture)}")
        if posture.sts:
            policies = POLICIES_OF_A_STRANGER if posture.domain == STRANGERS_POLICY else POLICIES
            lines.append(f'_mta-sts.{domain} TXT "v=STSv1; id=1;"')
            lines.append(f"mta-sts.{domain} A {policies}")
        return lines

    def _new_key(self, zone: str) -> str:
        """Made before Knot starts, which then signs with it: its public half as an anchor."""
        keymgr = ["keymgr", "-c", f"{self.folder}/knot.conf", f"{zone}."]
        made = ["generate", "algorithm=ecdsap256sha256", "ksk=yes", "zsk=yes"]
        subprocess.run([*keymgr, *made], check=True, capture_output=True)
        shown = subprocess.run([*keymgr, "dnskey"], check=True, capture_output=True, text=True)
        return shown.stdout


def _forged_delegation(name: str) -> list[str]:
    digest = secrets.token_hex(32)
    return [
        f"{name}. NS ns.{name}.",
        f"ns.{name}. A {NAME_SERVER}",
        f"{name}. DS 12345 13 2 {digest}",
    ]


def mail_domains() -> list[str]:
    """What the bench's Postfix takes mail for."""
    aliases = ("mxfail", "alias", "mixed", "behind", "expiring")
    return [posture.domain for posture in POSTURES] + [f"{name}.example" for name in aliases]
