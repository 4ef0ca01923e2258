"""Where a checkout keeps its state, and directories that nobody else may have prepared."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
CHECKOUT = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]


def private_directory(path: Path, *, mode: int = 0o700, owner: int | None = None) -> Path:
    """The directory, made if need be, of that mode and that owner (the caller by default).

    Raises SystemExit if somebody else made it: under /tmp any account could have planted it.
    """
    owner = os.geteuid() if owner is None else owner
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), owner}:
        raise SystemExit(f"{path} belongs to somebody else. Remove it and try again.")
    if found.st_uid != owner:
        os.chown(path, owner, -1)
    path.chmod(mode)
    return path


def socket_directory() -> Path:
    """Where this checkout's demo keeps its sockets.

    In /tmp and short, because a socket's path may have 107 bytes only (103 on macOS); open for
    passing through, since the database server may run as another account.
    """
    return private_directory(Path("/tmp") / f"sealpost-{os.geteuid()}-{CHECKOUT}", mode=0o711)


def temporary_directory(purpose: str) -> Path:
    """A new directory for one run, passable like `socket_directory`."""
    path = Path(tempfile.mkdtemp(prefix=f"sealpost-{purpose}-", dir="/tmp"))
    path.chmod(0o711)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
