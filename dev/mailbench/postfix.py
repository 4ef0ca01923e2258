"""One Postfix with a listener for each posture, and one that relays and therefore bounces."""

import os
from dataclasses import dataclass
from pathlib import Path

from dev.mailbench.accounts import ACCOUNTS
from dev.mailbench.certificates import Certificates
from dev.mailbench.names import mail_domains
from dev.mailbench.postures import MAILBOXES, POSTURES, RELAY, Certificate, Posture

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = {folder}/config
sendmail_path = /usr/sbin/sendmail
newaliases_path = /usr/bin/newaliases
mailq_path = /usr/bin/mailq
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_protocols = ipv4
inet_interfaces = all
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
biff = no
mynetworks = 127.0.0.0/8
local_header_rewrite_clients =
smtpd_peername_lookup = no
smtpd_tls_received_header = yes
smtp_host_lookup = dns
import_environment = MAIL_CONFIG MAIL_LOGTAG
"""
MX = """myhostname = mx.bench.example
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = static:all
virtual_transport = lmtp:inet:[{mailboxes}]:24
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access pcre:{folder}/people.pcre
grey = check_recipient_access pcre:{folder}/grey.pcre
reject = check_recipient_access pcre:{folder}/reject.pcre
"""
RELAYING = """myhostname = relay.example
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_tls_security_level = may
maximal_queue_lifetime = 4s
bounce_queue_lifetime = 60s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
delay_warning_time = 0
transport_maps = inline:{{{relayed}}}
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
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
QUEUES = (
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
    "saved", "trace",
)  # fmt: skip
# Domains behind the relay: the posture that takes, or refuses, their mail.
BEHIND = {"behind.example": "reject.example", "expiring.example": "grey.example"}
ADDRESSES = {posture.domain: posture.address for posture in POSTURES}
RELAYED = ", ".join(
    f"{{ {domain} = smtp:[{ADDRESSES[posture]}]:25 }}" for domain, posture in BEHIND.items()
)
REFUSALS = {
    "people.pcre": "/^gone/ 550 5.1.1 No such user\n/^full/ 452 4.2.2 Mailbox full\n",
    "grey.pcre": "/./ 451 4.7.1 Greylisted\n",
    "reject.pcre": (
        "/^quota/ 552 5.2.2 Over quota\n/^busy/ 421 4.3.2 Closing\n/^policy/ 550 5.7.1 Not from you\n"
        "/./ 550 5.1.1 No such user\n"
    ),
}


@dataclass(frozen=True)
class Postfix:
    """An instance: its folder, and the two files that make the difference."""

    folder: Path
    main: str
    listeners: str

    @property
    def command(self) -> list[str]:
        return ["/usr/lib/postfix/sbin/master", "-c", f"{self.folder}/config", "-s"]

    def write(self) -> None:
        """Configuration, and the directories that an installed Postfix makes at its first start."""
        config, queue = self.folder / "config", self.folder / "queue"
        owner, droppers = ACCOUNTS["postfix"], ACCOUNTS["postdrop"]
        for directory in (self.folder, config, queue, queue / "pid"):
            directory.mkdir()
        for name in ("../data", *QUEUES):
            (queue / name).mkdir(mode=0o700)
            os.chown(queue / name, owner, -1)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            (queue / name).mkdir()
            os.chown(queue / name, owner, droppers)
            (queue / name).chmod(mode)
        (config / "dynamicmaps.cf").write_text("pcre postfix-pcre.so dict_pcre_open\n")
        main = MAIN + self.main
        (config / "main.cf").write_text(main.format(
            folder=self.folder, domains=" ".join(mail_domains()), mailboxes=MAILBOXES, relayed=RELAYED
        ))  # fmt: skip
        (config / "master.cf").write_text(self.listeners + SERVICES)
        for name, text in REFUSALS.items():
            (self.folder / name).write_text(text)


def mail_servers(folder: Path, certificates: Certificates) -> Postfix:
    """The one that every domain of the bench leads to."""
    return Postfix(folder, MX, "".join(_listener(each, certificates) for each in POSTURES))


def relay(folder: Path, certificate: Path) -> Postfix:
    """Takes anything from this network, and says after a few seconds what could not be delivered."""
    options = ["smtpd_tls_security_level=may", f"smtpd_tls_chain_files={certificate}"]
    return Postfix(
        folder, RELAYING, "\n  -o ".join([f"{RELAY}:25 inet n - n - - smtpd", *options]) + "\n"
    )


def _listener(posture: Posture, certificates: Certificates) -> str:
    options = [f"myhostname={posture.host}", *posture.options]
    if posture.certificate is Certificate.NONE:
        options.append("smtpd_tls_security_level=none")
    else:
        file = certificates.file(posture.domain)
        options += ["smtpd_tls_security_level=may", f"smtpd_tls_chain_files={file}"]
    lines = [f"{posture.address}:25 inet n - n - - smtpd"]
    return "\n  -o ".join(lines + options) + "\n"
