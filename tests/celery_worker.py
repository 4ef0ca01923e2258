"""A real Celery worker process on this test worker's database and broker number."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

QUEUES = "urgent,dispatch,deliver,ingest,default"


@contextmanager
def running(
    log: Path,
    *include: str,
    queues: str = QUEUES,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is ready for tasks; ended with its children when the block is left."""
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-P", "solo"]
    command += ["-Q", queues, "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    for module in include:
        command += ["-I", module]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_test", **variables}
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_ready(process, log)
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while b" ready." not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the worker did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
