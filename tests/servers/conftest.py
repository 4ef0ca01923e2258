"""One bench for a worker's run, and its network for each module of this folder."""

import os
import shutil
from collections.abc import Iterator

import pytest

from dev.mailbench.bench import CORE, Bench, CannotRun, running
from tests.delivery.test_dkim import DNS_NAME, record


def txt(name: str, text: str) -> str:
    """A line of a zone file; a string in it has 255 bytes at most."""
    strings = (text[start : start + 255] for start in range(0, len(text), 255))
    return f"{name}. TXT " + " ".join(f'"{string}"' for string in strings)


def or_skip(reason: CannotRun) -> None:
    """Skip with the reason; on a CI machine that could run it, a missing bench is a failure."""
    could = os.environ.get("CI") and os.geteuid() == 0 and shutil.which("apt-get")
    (pytest.fail if could else pytest.skip)(f"The bench cannot run here: {reason}.")


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    try:
        with running(CORE, [txt(DNS_NAME, record())]) as bench:
            yield bench
    except CannotRun as reason:
        or_skip(reason)


@pytest.fixture(autouse=True)
def _network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests run where nothing they send can leave; PostgreSQL and Valkey are sockets of the file system."""
    if "bench" not in request.fixturenames:
        yield
        return
    with request.getfixturevalue("bench").network():
        yield
