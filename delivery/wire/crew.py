"""Threads that make calls for a loop, which must not stand still."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

Call = Callable[[], None]


class Crew:
    """Use from one thread. Another of its own is started only when all are busy, up to `most`."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._under_way = 0

    def make(self, call: Call) -> None:
        """`call` raises nothing, and makes somebody say `ended`. Raises RuntimeError without any thread."""
        if len(self._threads) < min(self._under_way + 1, self._most):
            self._hire()
        self._under_way += 1
        self._calls.put(call)

    def _hire(self) -> None:
        """Where the system has no more threads to give, those that are there take turns."""
        thread = Thread(target=self._work, name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not self._threads:
                raise
        else:
            self._threads.append(thread)

    def ended(self) -> None:
        """One of the calls is over."""
        self._under_way -= 1

    def dismiss(self) -> None:
        """Once all calls have ended."""
        self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while call := self._calls.get():
            call()
        self._calls.put(None)  # the next thread is to end, too
