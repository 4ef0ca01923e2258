"""The processes of the demo beside its two servers (architecture: processes)."""

import sys
from pathlib import Path

from dev.supervisor import Program

BIN = Path(sys.prefix) / "bin"
CELERY: list[str | Path] = [BIN / "celery", "-A", "config.celery"]
WARM_SHUTDOWN = 12.0  # a worker finishes its task first


def sandbox() -> Program:
    return Program("sandbox", [sys.executable, "-m", "dev.sandbox"])


def workers() -> list[Program]:
    """Sending has a worker of its own, so that a long import does not hold it up; codes go by both."""
    return [
        _worker("deliver", "urgent,deliver"),
        _worker("worker", "urgent,dispatch,ingest,default"),
    ]


def _worker(name: str, queues: str) -> Program:
    options = ["--concurrency=1", "--without-gossip", "--without-mingle", "--loglevel=INFO"]
    command = [*CELERY, "worker", "-Q", queues, "-n", f"{name}@demo", *options]
    return Program(name, command, stop_seconds=WARM_SHUTDOWN)


def smtpd() -> Program:
    """Takes bounces, complaints and replies."""
    return Program("smtpd", [sys.executable, "manage.py", "smtpd"], stop_seconds=8.0)


def beat(schedule: Path) -> Program:
    options = [f"--schedule={schedule}", "--pidfile=", "--loglevel=INFO"]
    return Program("beat", [*CELERY, "beat", *options])


def web(address: str, port: int, certificate: Path | None) -> Program:
    """The pages; with a certificate (and its key in the same file) over TLS."""
    tls = [f"--certfile={certificate}", f"--keyfile={certificate}"] if certificate else []
    options = ["--worker-class=gthread", "--workers=2", "--threads=4", "--graceful-timeout=5"]
    options += ["--no-control-socket", "--logger-class=config.server_log.ServerLog"]
    command: list[str | Path] = [
        BIN / "gunicorn",
        "config.wsgi",
        f"--bind={address}:{port}",
        *options,
        *tls,
    ]
    return Program("web", command, stop_seconds=8.0)
