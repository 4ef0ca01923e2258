"""Debian's own packages of the servers, unpacked beside the checkout's state and never installed.

Installed, two mail servers exclude one another, and each would begin to run. Unpacked, they are
laid over /usr in a mount namespace that only the bench sees.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dev.places import LOCAL

SERVERS = ("postfix", "postfix-pcre", "knot", "unbound", "dovecot-imapd", "dovecot-lmtpd", "rspamd")
VERIFIERS = ("opendkim-tools", "libmail-dkim-perl")
# Debian lets only one mail server into a plan; what it needs is planned by name.
SECOND_MAIL_SERVER = ("exim4-daemon-light", "exim4-base")
ITS_LIBRARIES = ("libidn12", "libgnutls-dane0", "libnsl2")

FOLDER = LOCAL / "mailbench"
STAMP = "complete"


class PackagesMissing(Exception):
    """They could not be had from here; the message says why."""


def unpacked() -> Path:
    """The folder that holds them, filled at the first use. Raises PackagesMissing."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise PackagesMissing("this is no Debian: apt-get and dpkg-deb are needed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = FOLDER / _edition()
        if not (folder / STAMP).exists():
            shutil.rmtree(folder, ignore_errors=True)
            for archive in _downloaded():
                _run(["dpkg-deb", "--extract", archive, folder])
            _merge(folder)
            (folder / STAMP).touch()
        return folder


def _edition() -> str:
    """Another release, another processor or another list has a folder of its own."""
    names = (*SERVERS, *VERIFIERS, *SECOND_MAIL_SERVER, *ITS_LIBRARIES)
    release = Path("/etc/os-release").read_text(), os.uname().machine, *names
    return hashlib.sha256("\0".join(release).encode()).hexdigest()[:12]


def _downloaded() -> list[Path]:
    """Archives of the packages, and of the libraries that this machine does not have."""
    cache = FOLDER / "apt"
    archives = cache / "archives"
    shutil.rmtree(cache, ignore_errors=True)
    (archives / "partial").mkdir(parents=True)
    own = ["-o", f"Dir::Cache={cache}", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root"]
    plan = ["--yes", "--no-install-recommends", "--reinstall", "--download-only", "install"]
    wanted = [*SERVERS, *VERIFIERS, *ITS_LIBRARIES]
    _with_fresh_lists(["apt-get", "-qq", *own, *plan, *wanted], archives)
    _run(["apt-get", "-qq", *own, "download", *SECOND_MAIL_SERVER], archives)
    return sorted(archives.glob("*.deb"))


def _with_fresh_lists(command: Sequence[str | Path], folder: Path) -> None:
    """Once more after `apt-get update`: a new machine has no lists, an old one may have stale ones."""
    try:
        _run(command, folder)
    except PackagesMissing:
        _run(["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", "update"])
        _run(command, folder)


def _merge(folder: Path) -> None:
    """What belongs in /lib, /bin and /sbin is below /usr on every machine of today."""
    for name in ("bin", "lib", "sbin"):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, folder / "usr" / name, symlinks=True, dirs_exist_ok=True)


def _run(command: Sequence[str | Path], folder: Path | None = None) -> None:
    settings = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    done = subprocess.run(
        [*command], cwd=folder, env=settings, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stdout.strip().splitlines() or ["no word"])[-1]
        raise PackagesMissing(f"{Path(command[0]).name} failed: {last}")
