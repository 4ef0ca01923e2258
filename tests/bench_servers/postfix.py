"""A Postfix of our own: one instance, one address for each TLS posture, mail kept in Maildirs."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

POSTURES = {
    "valid": "127.77.0.11",
    "none": "127.77.0.12",
    "expired": "127.77.0.13",
    "untrusted": "127.77.0.14",
}
PEOPLE = ("ada", "ben")
MAIN = """compatibility_level = 3.6
myhostname = mx.bench.example
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
inet_protocols = ipv4
inet_interfaces = all
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = texthash:{root}/mailboxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 1000
mynetworks = 127.0.0.0/8
local_header_rewrite_clients =
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access pcre:{root}/refused.pcre, permit_mynetworks, reject
smtpd_tls_received_header = yes
"""
SERVICES = """cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """`certificates` maps a posture to its PEM file with key; `none` has none."""

    root: Path
    certificates: dict[str, Path]

    def write(self) -> None:
        """Configuration, queue and mail directories."""
        config = self.root / "config"
        for name in ("config", "queue", "data", "mail"):
            (self.root / name).mkdir(parents=True)
        shutil.chown(self.root / "data", "postfix")
        os.chown(self.root / "mail", 65534, 65534)
        domains = " ".join(f"{posture}.example" for posture in POSTURES)
        main = MAIN.format(root=self.root, domains=domains)
        (config / "main.cf").write_text(main)
        services = "".join(self._listener(posture) for posture in POSTURES) + SERVICES
        (config / "master.cf").write_text(services)
        boxes = [(person, f"{posture}.example") for person in PEOPLE for posture in POSTURES]
        lines = [f"{person}@{domain} {domain}/{person}/\n" for person, domain in boxes]
        (self.root / "mailboxes").write_text("".join(lines))
        refused = "/^gone/ 550 5.1.1 No such user\n/^later/ 451 4.7.1 Try again later\n"
        (self.root / "refused.pcre").write_text(refused)

    def _listener(self, posture: str) -> str:
        line = f"{POSTURES[posture]}:25 inet n - n - - smtpd\n"
        if posture not in self.certificates:
            return f"{line}  -o smtpd_tls_security_level=none\n"
        pem = self.certificates[posture]
        return f"{line}  -o smtpd_tls_security_level=may\n  -o smtpd_tls_chain_files={pem}\n"

    def run(self, command: str) -> None:
        subprocess.run(
            ["postfix", "-c", self.root / "config", command], check=True, capture_output=True
        )

    def stored(self, mailbox: str, *, count: int = 1, seconds: float = 10) -> list[bytes]:
        """What `local@domain` holds, once that are `count` messages or the time is up."""
        local, _, domain = mailbox.partition("@")
        deadline = time.monotonic() + seconds
        while True:
            files = sorted((self.root / "mail" / domain / local / "new").glob("*"))
            if len(files) >= count or time.monotonic() > deadline:
                return [file.read_bytes() for file in files]
            time.sleep(0.05)
