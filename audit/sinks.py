"""Where a zip is written to that leaves as it grows."""

# The same for every file: a zip that says nothing else has nothing else to be altered.
UNDATED = (1980, 1, 1, 0, 0, 0)


class Sink:
    """Takes what the zip writes, until it is handed on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        self.size += len(part)
        return len(part)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        self.size = 0
        return taken
