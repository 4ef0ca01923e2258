"""What a server answers, line by line (RFC 5321 4.2, RFC 2034)."""

import re
from typing import NamedTuple

REPLY_LINE = re.compile(rb"([2-5][0-9][0-9])([ -]?)(.*)", re.DOTALL)
ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
LINE_LIMIT, LINES_LIMIT = 4096, 1000  # a server that talks longer is no mail server
TEXT_LIMIT = 4096  # what is read of its words: they are searched, and kept with the message


class Reply(NamedTuple):
    """A complete answer of a server."""

    code: int
    enhanced: str
    text: str

    @property
    def is_positive(self) -> bool:
        """2xx: done."""
        return self.code // 100 == 2

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Finding(Reply):
    """What we found instead of an answer, put as one so that one table classifies both.

    Its codes are ours: whoever reads of it sees the words only, and never as a server's.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return self.text


class MalformedReply(Exception):
    """Not SMTP. Nothing that this server said can be relied on."""


def parse(lines: list[bytes]) -> Reply:
    """The reply that these lines, without their ends, make. Raises MalformedReply."""
    if len(lines) == 1 and (one := REPLY_LINE.fullmatch(lines[0])):
        return _reply(one[1], one[3].decode("utf-8", "replace"))
    if len(lines) > LINES_LIMIT:
        raise MalformedReply("The reply does not end.")
    matches = [REPLY_LINE.fullmatch(line) for line in lines]
    if not all(matches) or len({match[1] for match in matches if match}) != 1:
        raise MalformedReply("The lines of the reply do not belong together.")
    texts = [match[3].decode("utf-8", "replace") for match in matches if match]
    return _reply(lines[0][:3], "\n".join(texts))


def _reply(code: bytes, text: str) -> Reply:
    enhanced = ENHANCED.match(text)
    return Reply(int(code), enhanced[1] if enhanced else "", text[:TEXT_LIMIT])


def is_complete(lines: list[bytes]) -> bool:
    """Whether the reply ends with the last of these lines, or has gone on for too long."""
    return bool(lines) and (lines[-1][3:4] != b"-" or len(lines) > LINES_LIMIT)
