"""Many conversations in one thread, each of which goes on when what it waits for has come.

Sockets are watched edge-triggered, and so registered once for a connection and not once for a wait:
whoever waits has tried before, and tries again at every piece of news.
"""

import os
import select
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from socket import socket
from threading import Thread

from delivery.wire.conversation import Computation, Conversation, Errand, Ready
from delivery.wire.crew import Crew

NEWS = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
# Threads for what a processor is busy with while it lets others hold Python's lock: signatures.
COMPUTING = 1
# Whoever asks waits for the answer: as many may as there are conversations.
ASKING = 1_000
NEVER = float("inf")

Steps = Conversation[None]


class Loop:
    """Use as a context: on leaving, what has begun is led to its end. A conversation raises nothing."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._bell, select.EPOLLIN)
        self._calls: deque[Callable[[], None]] = deque()
        self._is_asleep = False
        self._is_closing = False
        self._under_way = 0
        self._waiting: dict[int, tuple[Steps, float]] = {}
        self._watched: dict[int, socket] = {}
        # When the first of those that wait may have waited for too long.
        self._look_at = NEVER
        self._computing = Crew("compute", COMPUTING)
        self._asking = Crew("ask", ASKING)
        self._thread = Thread(target=self._lead, name="smtp", daemon=True)

    def __enter__(self) -> "Loop":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close)
        self._thread.join()
        self._computing.dismiss()
        self._asking.dismiss()
        self._epoll.close()
        os.close(self._bell)

    def begin(self, conversation: Steps) -> None:
        """Lead it beside the others; from any thread."""
        self._call(partial(self._begin, conversation))

    def _call(self, call: Callable[[], None]) -> None:
        """Have the loop's thread do it soon."""
        self._calls.append(call)
        if self._is_asleep:
            os.eventfd_write(self._bell, 1)

    def _close(self) -> None:
        self._is_closing = True

    def _begin(self, conversation: Steps) -> None:
        self._under_way += 1
        self._go_on(conversation)

    def _lead(self) -> None:
        while self._under_way or not self._is_closing:
            for number in self._news():
                if waited := self._waiting.pop(number, None):
                    self._go_on(waited[0])
            for _ in range(len(self._calls)):
                self._calls.popleft()()
            if time.monotonic() >= self._look_at:
                self._end_waits()

    def _news(self) -> list[int]:
        """Of which sockets; sleeps until there is some, or somebody calls, or a wait may be over."""
        self._is_asleep = True
        patience = 0.0 if self._calls else max(0.0, self._look_at - time.monotonic())
        events = self._epoll.poll(None if patience == NEVER else patience)
        self._is_asleep = False
        numbers = [number for number, _ in events]
        if self._bell in numbers:
            os.eventfd_read(self._bell)
        return numbers

    def _go_on(self, steps: Steps, trouble: Exception | None = None) -> None:
        """To its next wait, with what came instead of the one before. Raises nothing.

        A wait that cannot be had is an OSError, as if the connection had broken.
        """
        try:
            wait = steps.throw(trouble) if trouble else next(steps)
        except StopIteration:
            self._under_way -= 1
            return
        try:
            self._arrange(steps, wait)
        except (OSError, RuntimeError, ValueError) as refused:
            self._go_on(steps, OSError(str(refused)))

    def _arrange(self, steps: Steps, wait: Ready | Errand[object]) -> None:
        """Raises what refuses it: no thread, no room for a socket, a socket that is closed."""
        if isinstance(wait, Ready):
            self._watch(wait.socket)
            self._waiting[wait.socket.fileno()] = steps, wait.until
            self._look_at = min(self._look_at, wait.until)
        else:
            crew = self._computing if isinstance(wait, Computation) else self._asking
            crew.make(partial(self._run, wait, crew, steps))

    def _watch(self, waited_for: socket) -> None:
        """A number may have had another socket, or the same before its handshake."""
        number = waited_for.fileno()
        if self._watched.get(number) is waited_for:
            return
        try:
            self._epoll.register(number, NEWS)
        except FileExistsError:
            self._epoll.modify(number, NEWS)  # what has come by now is news again
        self._watched[number] = waited_for

    def _run(self, errand: Errand[object], crew: Crew, steps: Steps) -> None:
        errand.run()
        self._call(partial(self._returned, crew, steps))

    def _returned(self, crew: Crew, steps: Steps) -> None:
        crew.ended()
        self._go_on(steps)

    def _end_waits(self) -> None:
        now = time.monotonic()
        for number, (steps, until) in list(self._waiting.items()):
            if until <= now:
                del self._waiting[number]
                self._go_on(steps, TimeoutError())
        self._look_at = min((until for _, until in self._waiting.values()), default=NEVER)
