"""A worker process of one round: sends a tenant's due messages until none is open, and dies on order."""

import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connections
from django.test import override_settings

from delivery import crash_points, worker
from delivery.queries import due
from delivery.services import recovery
from delivery.wire.dial import Dialer
from delivery.wire.dns import ZoneFileDns
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.chaos import letters
from tests.delivery.conftest import IMPATIENT

# The exit code of a worker whose database or disk is gone: its task would fail.
GAVE_UP = 3


@dataclass(frozen=True)
class Orders:
    """What one worker needs to know. `jump` moves its clock while it sends."""

    tenant: UUID
    moment: datetime
    database_name: str
    valkey_url: str
    ca_file: Path
    port: int
    zone: ZoneFileDns
    crash_at: str = ""
    jump: timedelta = timedelta(0)
    file_size: int | None = None
    recover: Callable[[], object] = recovery.recover_expired
    drafters: Mapping[str, Any] | None = None


class Standing:
    """Stopped campaigns, asked for now and then; the clock moves on with each question."""

    def __init__(self, orders: Orders, stack: ExitStack) -> None:
        self._orders = orders
        self._stack = stack
        self._began_at = time.monotonic()
        self._asked = 0
        self._stand()

    def __call__(self) -> list[UUID]:
        self._asked += 1
        self._stand()
        return due.stopped_campaigns()

    def _stand(self) -> None:
        """The clock jumps after the second question: some is leased, and nothing announced."""
        elapsed = timedelta(seconds=time.monotonic() - self._began_at)
        jump = self._orders.jump if self._asked > 2 else timedelta(0)
        self._stack.enter_context(clock.at(self._orders.moment + elapsed + jump))


def work(orders: Orders) -> None:
    """The life of the worker. Its database connections carry the name that the orders give them."""
    os.environ |= {"PGAPPNAME": orders.database_name, "SEALPOST_CRASH_AT": orders.crash_at}
    crash_points.arm()
    if orders.file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (orders.file_size, orders.file_size))
    with override_settings(VALKEY_URL=orders.valkey_url), ExitStack() as stack:
        try:
            _send(orders, Standing(orders, stack))
        except (DatabaseError, InterfaceError, OSError) as trouble:
            sys.stderr.write(f"gave up: {type(trouble).__name__} {trouble}\n")
            sys.exit(GAVE_UP)
        finally:
            connections.close_all()


def _send(orders: Orders, standing: Standing) -> None:
    dialer = Dialer("mail.sealpost.example", Contexts.load(orders.ca_file), IMPATIENT, orders.port)
    transport = SmtpTransport(orders.zone, dialer, allow_loopback=True)
    with tenant_scope(orders.tenant):
        orders.recover()
        drafters = orders.drafters or letters.DRAFTERS
        while worker.send_due(transport, drafters, stopped=standing):
            pass
