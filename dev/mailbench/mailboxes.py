"""Dovecot: takes what the mail servers accepted (LMTP), and lets it be read (IMAP over TLS)."""

import os
from dataclasses import dataclass
from pathlib import Path

from dev.mailbench.accounts import ACCOUNTS
from dev.mailbench.postures import MAILBOXES

PASSWORD = "mailbench"  # noqa: S105 - of mailboxes that exist while a test runs
HOST = "imap.example"
CONFIG = """base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = {address}
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{folder}/mail/%d/%n
auth_username_chars =
recipient_delimiter =
first_valid_uid = {uid}
default_internal_user = dovecot
default_internal_group = dovecot
default_login_user = dovenull
default_vsz_limit = 256M
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={folder}/mail/%d/%n allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    port = 24
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = 993
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """Anybody has a mailbox, and one password opens them all."""

    folder: Path
    certificate: Path

    @property
    def command(self) -> list[str]:
        return ["dovecot", "-F", "-c", f"{self.folder}/dovecot.conf"]

    def write(self) -> None:
        for name in ("", "run", "state", "mail"):
            (self.folder / name).mkdir()
        uid = ACCOUNTS["vmail"]
        os.chown(self.folder / "mail", uid, uid)
        config = CONFIG.format(
            folder=self.folder, address=MAILBOXES, certificate=self.certificate,
            uid=uid, password=PASSWORD,
        )  # fmt: skip
        (self.folder / "dovecot.conf").write_text(config)
