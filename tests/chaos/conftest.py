"""Two mail servers and a Valkey of their own, for all rounds."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dev.places import temporary_directory
from dev.processes import Children
from dev.sandbox.authority import issue, new_authority
from dev.valkey import Valkey
from tests.chaos.batches import ROUNDS_A_BATCH
from tests.chaos.world import Surroundings, hosts
from tests.smtp_server import FOREVER, LONG_AGO, Certificates, FaultServer


@pytest.fixture(scope="session")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    folder = tmp_path_factory.mktemp("chaos")
    trusted = Certificates(folder)
    kinds = {
        "valid": (trusted.authority, FOREVER),
        "expired": (trusted.authority, LONG_AGO),
        "untrusted": (new_authority(), FOREVER),
    }
    files: dict[str, Path] = {}
    for kind, (authority, expires) in kinds.items():
        files[kind] = folder / f"{kind}.pem"
        files[kind].write_text(issue(authority, hosts(ROUNDS_A_BATCH), expires=expires))
    run = temporary_directory("chaos")
    children = Children()
    valkey = Valkey(children, run / "valkey", run / "v.sock", run / "valkey.log", keeps_data=False)
    with ExitStack() as stack:
        stack.callback(children.close)
        valkey.start()
        stack.callback(valkey.stop)
        faulty = stack.enter_context(FaultServer(files["valid"]).serving())
        healthy = FaultServer(files["valid"], address="127.0.0.2", port=faulty.port)
        stack.enter_context(healthy.serving())
        yield Surroundings(faulty, healthy, valkey, children, trusted.ca_file, files)
