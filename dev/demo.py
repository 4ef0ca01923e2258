"""`make demo`: everything on one machine, from two servers to a page that answers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from dev import programs
from dev.environment import Machine, environment, passwords
from dev.places import ROOT, private_directory, socket_directory
from dev.ports import free_port
from dev.postgres import Postgres
from dev.processes import Children
from dev.running import STATE, claim, record
from dev.sandbox.authority import write_certificates
from dev.sandbox.postures import MAIL_SERVERS, RETURNS_ADDRESS, RETURNS_NAME
from dev.supervisor import Supervisor, answers
from dev.valkey import Valkey

START_SECONDS = 90.0
TICK_SECONDS = 0.5
# Roles that own tables or see every tenant: for the set-up only.
PRIVILEGED = {
    "ADMIN_DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "BACKUP_DATABASE_URL",
    "BACKUP_KEY_FILE",
    "BACKUP_KEYS_KEY_FILE",
}
SETUP = ("bootstrap_database", "migrate_all", "seed_demo")


@dataclass(frozen=True)
class Address:
    """Where browsers find the demo: app.DOMAIN, portal.DOMAIN and so on."""

    domain: str
    bind: str
    port: int
    certificates: Path | None

    @property
    def scheme(self) -> str:
        return "https" if self.certificates else "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://app.{self.domain}:{self.port}/"


def main() -> None:
    """Run until Ctrl-C or `make stop`; exits with 3 if the demo of this checkout runs already."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    with claim() as lock:
        children = Children(held=[lock.fileno()])
        try:
            run(children)
        finally:
            children.close()


def run(children: Children) -> None:
    logs = new_logs()
    sockets = socket_directory()
    machine = Machine(STATE, sockets / "pg", sockets / "v.sock", "sealpost", "sealpost_keys")
    password = passwords(STATE)["admin"]
    postgres = Postgres(
        children, STATE / "postgres", machine.postgres_sockets, logs / "postgres.log", password
    )
    valkey = Valkey(children, STATE / "valkey", machine.valkey_socket, logs / "valkey.log")
    address = choose_address()
    everything = os.environ | environment(machine) | demo_variables(address)
    variables = {name: value for name, value in everything.items() if name not in PRIVILEGED}
    supervisor = Supervisor(children, variables, logs)
    try:
        with timed("PostgreSQL and Valkey"):
            postgres.start()
            valkey.start()
        with timed("Databases and synthetic people"):
            supervisor.start(programs.sandbox())
            prepare(everything, logs / "setup.log")
        with timed("Workers and pages"):
            start_programs(supervisor, address)
        record(address.url, variables)
        welcome(address)
        watch(supervisor, postgres, valkey)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        print("Stopping ...", flush=True)
        supervisor.stop()
        valkey.stop()
        postgres.stop()


def choose_address() -> Address:
    """On this machine alone; with HOST=NAME for browsers elsewhere, over TLS.

    Raises SystemExit if NAME is a number, below which there are no names.
    """
    host = os.environ.get("HOST", "")
    port = int(os.environ.get("PORT", "8000"))
    if not host:
        return Address("localhost", "127.0.0.1", free_port(port, ["127.0.0.1"]), None)
    if is_number(host):
        raise SystemExit(f"HOST must be a name: the pages are at app.{host}, portal.{host} ...")
    folder = STATE / "web"
    write_certificates(folder, {host: datetime.now(UTC) + timedelta(days=365)})
    return Address(host, "0.0.0.0", free_port(port, ["0.0.0.0"]), folder)


def is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def demo_variables(address: Address) -> dict[str, str]:
    """What the demo adds to the servers' addresses: the public one, and the sandbox's mail."""
    folder = private_directory(STATE / "sandbox")
    hosts = [*(server.address for server in MAIL_SERVERS), RETURNS_ADDRESS]
    port = str(free_port(2525, hosts))
    submission = " ".join(str(free_port(each, [RETURNS_ADDRESS])) for each in (2587, 2465))
    return {
        "SEALPOST_ENV": "development",
        "PUBLIC_SCHEME": address.scheme,
        "PUBLIC_DOMAIN": address.domain,
        "PUBLIC_PORT": str(address.port),
        "SANDBOX_MAIL_DIR": str(private_directory(STATE / "mail")),
        "TEXT_GATEWAY_FOLDER": str(private_directory(STATE / "texts")),
        "DELIVERY_SMTP_PORT": port,
        "DELIVERY_CA_FILE": str(folder / "ca.pem"),
        "DELIVERY_ZONE_FILE": str(folder / "zone.json"),
        "DELIVERY_ALLOW_LOOPBACK": "1",
        "PLATFORM_BOUNCE_HOST": RETURNS_NAME,
        "SMTPD_BIND": RETURNS_ADDRESS,
        "SMTPD_INBOUND_PORT": port,
        "SMTPD_SUBMISSION_PORTS": submission,
        "PLATFORM_SUBMISSION_HOST": RETURNS_NAME,
        "PLATFORM_SUBMISSION_PORTS": submission,
        "SMTPD_CERTIFICATE_FILE": str(folder / f"{RETURNS_NAME}.pem"),
    }


def new_logs() -> Path:
    folder = private_directory(STATE / "logs")
    for log in folder.glob("*.log"):
        log.unlink()
    return folder


def prepare(variables: Mapping[str, str], log: Path) -> None:
    """Roles, databases, tables, synthetic people. Raises SystemExit if a step fails."""
    zone = Path(variables["DELIVERY_ZONE_FILE"])
    wait_until(zone.exists, "the sandbox's mail servers")  # where the seed publishes its keys
    with log.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "dev.prepare", *SETUP],
            cwd=ROOT, env=dict(variables), stdin=subprocess.DEVNULL, check=False,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"{log.read_text()}\nThe databases could not be prepared.")


def start_programs(supervisor: Supervisor, address: Address) -> None:
    """Start workers, beat and web server, and wait until each says that it is ready."""
    workers = programs.workers()
    schedule = STATE / "beat-schedule"
    schedule.unlink(missing_ok=True)
    pem = address.certificates and address.certificates / f"{address.domain}.pem"
    smtpd = programs.smtpd()
    for program in (
        *workers,
        smtpd,
        programs.beat(schedule),
        programs.web(address.bind, address.port, pem),
    ):
        supervisor.start(program)
    root = address.certificates and address.certificates / "ca.pem"
    wait_until(lambda: answers(address.port, "/readyz", trust=root), "the web server")
    for program in (*workers, smtpd):
        log = supervisor.log_of(program)
        wait_until(lambda log=log: " ready." in log.read_text(), f"{program.name} ({log})")  # type: ignore[misc]


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Raises SystemExit if it does not become so in time."""
    deadline = time.monotonic() + START_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited {START_SECONDS:.0f} s for {what}. Logs: {STATE / 'logs'}")
        time.sleep(0.1)


def welcome(address: Address) -> None:
    """The address, who may sign in, and where the second factor comes from."""
    print(f"\nSealpost is at {address.url}\n")
    accounts = STATE / "demo-accounts.json"
    if accounts.exists():
        print(f"  {'email':<34} {'password':<22} role")
        for account in json.loads(accounts.read_text()):
            print(f"  {account['email']:<34} {account['password']:<22} {account['role']}")
    print("\nOne-time codes: make code [WHO=email]. Ctrl-C or make stop ends the demo.")
    print(f"Received mail: {STATE / 'mail'}. Logs: {STATE / 'logs'}.")
    if address.certificates:
        print(
            f"Browsers elsewhere must know app.{address.domain}, portal.{address.domain}, "
            f"links.{address.domain} and preview.{address.domain}, and may trust "
            f"{address.certificates / 'ca.pem'}."
        )
    sys.stdout.flush()


def watch(supervisor: Supervisor, postgres: Postgres, valkey: Valkey) -> None:
    """Start again what ends; without one of the two servers nothing can go on."""
    while True:
        for name, server in (("PostgreSQL", postgres), ("Valkey", valkey)):
            if server.process is None or server.process.poll() is not None:
                raise SystemExit(
                    f"{name} has ended; its log is {server.log}. `make demo` recovers."
                )
        supervisor.revive()
        time.sleep(TICK_SECONDS)


@contextmanager
def timed(what: str) -> Iterator[None]:
    print(f"{what} ...", end=" ", flush=True)
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
