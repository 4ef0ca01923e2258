"""TLS between a connection and its socket: one call to the system for a write, and one for a read.

A TLS socket of the library makes a call for each record that it writes, and two for each that it reads.
"""

import ssl

CHUNK = 65_536


class TlsLayer:
    """What goes out is sealed, what came in is opened; the socket is somebody else's.

    Raises OSError (ssl.SSLError) for what is no TLS, or was changed on its way.
    """

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        self._received, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self._received, self._outgoing, server_hostname=server_name)
        # The other side said that nothing more follows.
        self.is_ended = False

    def is_shaken(self) -> bool:
        """Go on with the handshake; what it says is to be fetched by `seal`."""
        try:
            self.session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def take(self, received: bytes) -> None:
        """Hand in what the socket brought."""
        self._received.write(received)

    def seal(self, data: bytes | memoryview = b"") -> bytes:
        """Everything that has to go out now, with `data` at its end."""
        left = memoryview(data)
        while left:
            left = left[self.session.write(left) :]  # a record at a time
        return self._outgoing.read()

    def open(self) -> bytes:
        """The text of what was handed in, as far as whole records have come."""
        opened: list[bytes] = []
        try:
            while not self.is_ended:
                opened.append(self.session.read(CHUNK))
                self.is_ended = not opened[-1]
        except ssl.SSLWantReadError:
            pass
        return b"".join(opened)
