"""Conversations that say what they wait for.

Whatever talks to a server is a generator. It tries first, and yields a wait only where it would have
to stand still; who leads it decides how to wait. `run` waits in the calling thread, and `loop` leads
many conversations in one.
"""

import select
import socket
import time
from collections.abc import Callable, Generator
from typing import Generic, NamedTuple, TypeVar

Returned = TypeVar("Returned")
Answer_co = TypeVar("Answer_co", covariant=True)


class Ready(NamedTuple):
    """Until the socket has news, or `until` has come: then TimeoutError is thrown into the generator.

    News may be false, so who waited tries again. `events` are those of poll(2), `until` is of
    time.monotonic().
    """

    socket: socket.socket
    events: int
    until: float


class Errand(Generic[Answer_co]):
    """A call that would keep other conversations waiting, and is made beside them."""

    def __init__(self, call: Callable[[], Answer_co]) -> None:
        self._call = call
        self._answers: list[Answer_co] = []
        self._trouble: Exception | None = None

    def run(self) -> None:
        """Make the call, in whatever thread; what it raises is kept for who asked for it."""
        try:
            self._answers.append(self._call())
        except Exception as trouble:  # noqa: BLE001 raised by `answer`
            self._trouble = trouble

    def answer(self) -> Answer_co:
        """What came of it. Raises what it raised."""
        if self._trouble:
            raise self._trouble
        return self._answers.pop()


class Question(Errand[Answer_co]):
    """It waits for somebody else: as many as are asked may be under way."""


class Computation(Errand[Answer_co]):
    """It keeps a processor busy: more than a few at once only take turns."""


Wait = Ready | Errand[object]
Conversation = Generator[Wait, None, Returned]


def elsewhere(errand: Errand[Returned]) -> Conversation[Returned]:
    """What the errand brings. Raises what it raised."""
    yield errand
    return errand.answer()


def run(conversation: Conversation[Returned]) -> Returned:
    """To its end, waiting here for whatever it waits for."""
    returned: list[Returned] = []
    steps = _kept(conversation, returned)
    wait = next(steps, None)
    while wait:
        wait = next(steps, None) if _came(wait) else _too_late(steps)
    return returned.pop()


def _kept(conversation: Conversation[Returned], returned: list[Returned]) -> Conversation[None]:
    returned.append((yield from conversation))


def _came(wait: Wait) -> bool:
    """False if its time was over before."""
    if isinstance(wait, Errand):
        wait.run()
        return True
    poll = select.poll()
    poll.register(wait.socket, wait.events)
    return bool(poll.poll(max(0.0, wait.until - time.monotonic()) * 1000))


def _too_late(steps: Conversation[None]) -> Wait | None:
    try:
        return steps.throw(TimeoutError())
    except StopIteration:
        return None
