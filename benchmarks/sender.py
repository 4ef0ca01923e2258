"""One sending process of send.full.2p: says that it is ready, waits for a line, sends what is due.

Run as `python -m benchmarks.sender TENANT ZONE CA_FILE PORT`.
"""

import os
import sys
from pathlib import Path
from uuid import UUID

import django


def main(tenant: str, zone: str, ca_file: str, port: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from benchmarks.send import send_all, transport_to
    from config import celery, memory
    from tenancy.scope import tenant_scope

    celery.app.loader.import_default_modules()
    memory.settle()
    with tenant_scope(UUID(tenant)):
        transport = transport_to(Path(zone), Path(ca_file), int(port))
        print("ready", flush=True)
        sys.stdin.readline()
        send_all(transport)


if __name__ == "__main__":
    main(*sys.argv[1:])
