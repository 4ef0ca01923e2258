"""The accounts that the servers change to, as files that are laid over /etc inside the bench only."""

import pwd
import socket
from pathlib import Path

FIRST = 65400
NAMES = ("postfix", "postdrop", "dovecot", "dovenull", "vmail", "Debian-exim", "rspamd")
ACCOUNTS = {name: FIRST + place for place, name in enumerate(NAMES)}


def write(folder: Path, resolver: str) -> None:
    """passwd, group, and a resolv.conf that leads to the bench's own resolver."""
    folder.mkdir()
    others = [
        f"{one.pw_name}:x:{one.pw_uid}:{one.pw_gid}::{one.pw_dir}:{one.pw_shell}\n"
        for one in pwd.getpwall()
        if one.pw_name not in ACCOUNTS
    ]
    own = [f"{name}:x:{uid}:{uid}::/nonexistent:/bin/false\n" for name, uid in ACCOUNTS.items()]
    (folder / "passwd").write_text("".join(others + own))
    groups = [
        line
        for line in Path("/etc/group").read_text().splitlines(keepends=True)
        if line.partition(":")[0] not in ACCOUNTS
    ]
    own_groups = [f"{name}:x:{gid}:\n" for name, gid in ACCOUNTS.items()]
    (folder / "group").write_text("".join(groups + own_groups))
    (folder / "resolv.conf").write_text(f"nameserver {resolver}\noptions edns0 trust-ad\n")
    (folder / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n")
    # Knot asks for its own name, and waits ten seconds for a name system that is not there yet.
    (folder / "hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n")
