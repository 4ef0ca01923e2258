"""Argon2id with parameters of our own, and never more of it at once than the machine can bear."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

# Each hash takes 46 MiB and a core: more side by side would only make all of them slower.
AT_ONCE = 2
# Longer than any honest queue; after that the answer is "come again", not a pile of threads.
LONGEST_WAIT_SECONDS = 5.0

_slots = BoundedSemaphore(AT_ONCE)


class TooBusy(Exception):
    """So many people sign in at this moment that this one has to come again."""


@contextmanager
def slot() -> Iterator[None]:
    """One of the few places in which a hash is computed. Raises TooBusy after five seconds."""
    if not _slots.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise TooBusy
    try:
        yield
    finally:
        _slots.release()


class PasswordHasher(Argon2PasswordHasher):
    """46 MiB, one pass, one lane: OWASP's first choice, about 40 ms.

    Django's default takes 100 MiB and eight lanes, so that a flood of sign-ins on a small machine
    would be an outage.
    """

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with slot():
            return super().verify(password, encoded)
