"""Exim, the other family: it takes a message first and says afterwards that it could not be delivered."""

import os
from dataclasses import dataclass
from pathlib import Path

from dev.mailbench.accounts import ACCOUNTS
from dev.mailbench.postures import EXIM, EXIM_DOMAIN, MAILBOXES

CONFIG = """exim_path = /usr/sbin/exim4
exim_user = Debian-exim
exim_group = Debian-exim
keep_environment =
spool_directory = {folder}/spool
log_file_path = {folder}/exim-%s.log
pid_file_path = {folder}/exim.pid
primary_hostname = mx.{domain}
domainlist local_domains = {domain}
domainlist relay_to_domains =
hostlist relay_from_hosts =
acl_smtp_rcpt = take
acl_smtp_data = accept_all
never_users =
host_lookup =
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {certificate}
begin acl
take:
  deny message = 550 5.1.1 No such user
    local_parts = gone
  accept domains = +local_domains
  deny message = relay not permitted
accept_all:
  accept
begin routers
lost:
  driver = redirect
  domains = +local_domains
  local_parts = ^lost.*
  allow_fail
  data = :fail: This mailbox has moved without an address
mailboxes:
  driver = manualroute
  domains = +local_domains
  transport = to_mailboxes
  route_list = * {mailboxes}::24
  self = send
elsewhere:
  driver = dnslookup
  transport = to_others
  self = send
begin transports
to_mailboxes:
  driver = smtp
  protocol = lmtp
  hosts_avoid_tls = *
  allow_localhost
to_others:
  driver = smtp
  allow_localhost
begin retry
* * F,1m,2s
"""


@dataclass(frozen=True)
class Exim:
    """A listener with a valid certificate."""

    folder: Path
    certificate: Path

    @property
    def command(self) -> list[str]:
        listener = ["-oX", f"{EXIM}:25"]
        return ["exim4", "-C", f"{self.folder}/exim.conf", "-bdf", "-q2s", *listener]

    def write(self) -> None:
        account = ACCOUNTS["Debian-exim"]
        for directory in (self.folder, self.folder / "spool"):
            directory.mkdir()
            os.chown(directory, account, account)
        config = CONFIG.format(
            folder=self.folder,
            certificate=self.certificate,
            mailboxes=MAILBOXES,
            domain=EXIM_DOMAIN,
        )
        (self.folder / "exim.conf").write_text(config)
