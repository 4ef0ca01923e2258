"""Turns of which only slow servers are left: a thread waits for each, a few in every process.

A server may take half a minute to be connected to and ten minutes to answer a dot (RFC 5321
4.5.3.2). Nobody else's mail, least of all a code, waits for that.
"""

import logging
from collections.abc import Callable
from contextvars import copy_context
from threading import Thread, current_thread

from django.db import connections

log = logging.getLogger(__name__)

# Each has its own database connection, and as many threads as servers that keep it waiting.
MOST = 4
_waiting: set[Thread] = set()


def has_room() -> bool:
    return len(_waiting) < MOST


def wait_beside(rest: Callable[[], None]) -> None:
    """Let the rest of a turn go on in a thread, in the scope of the caller."""
    thread = Thread(target=copy_context().run, args=(_wait, rest), name="straggler")
    _waiting.add(thread)
    thread.start()


def join() -> None:
    """Before the process ends: what is cut off leaves messages of which nobody knows."""
    for thread in [*_waiting]:
        thread.join()


def _wait(rest: Callable[[], None]) -> None:
    try:
        rest()
    except Exception:
        # As a task would: the lease runs out, and what the journal says is recovered.
        log.exception("a turn that waited for slow servers broke off")
    finally:
        connections.close_all()
        _waiting.discard(current_thread())
