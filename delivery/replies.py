"""What a server's answer means for a message and for its address: one table, first match wins.

RFC 3463 gives the codes; which of them servers really use for what is experience (research of 2026).
"""

import re
from enum import StrEnum
from typing import NamedTuple

from delivery.lanes.operators import lane_of, operator_of
from delivery.wire.reply import Finding, Reply
from delivery.wire.session import Stage


class Meaning(StrEnum):
    """What an answer says about the message. The value is the reason kept with it."""

    DELIVERED = "delivered"
    NO_SUCH_ADDRESS = "no_such_address"
    MAILBOX_FULL = "mailbox_full"
    GREYLISTED = "greylisted"
    TRY_LATER = "try_later"
    NO_CONNECTION = "no_connection"
    CONNECTION_LOST = "connection_lost"
    NO_NAME_ANSWER = "no_name_answer"
    NO_USABLE_HOST = "no_usable_host"
    SENDER_REFUSED = "sender_refused"
    CONTENT_REFUSED = "content_refused"
    NO_UTF8 = "no_utf8"
    REFUSED = "refused"


class Consequence(NamedTuple):
    """What is done: try again or not, and whether the address gets no more mail at all."""

    is_final: bool
    suppresses: bool = False


CONSEQUENCES = {
    Meaning.DELIVERED: Consequence(is_final=True),
    Meaning.NO_SUCH_ADDRESS: Consequence(is_final=True, suppresses=True),
    Meaning.MAILBOX_FULL: Consequence(is_final=False),
    Meaning.GREYLISTED: Consequence(is_final=False),
    Meaning.TRY_LATER: Consequence(is_final=False),
    Meaning.NO_CONNECTION: Consequence(is_final=False),
    Meaning.CONNECTION_LOST: Consequence(is_final=False),
    Meaning.NO_NAME_ANSWER: Consequence(is_final=False),
    Meaning.NO_USABLE_HOST: Consequence(is_final=False),
    # Our standing, not the person's address: never suppress for it.
    Meaning.SENDER_REFUSED: Consequence(is_final=True),
    Meaning.CONTENT_REFUSED: Consequence(is_final=True),
    # The mailbox may be there; no mail of ours can say its name to this server.
    Meaning.NO_UTF8: Consequence(is_final=True),
    Meaning.REFUSED: Consequence(is_final=True),
}


class Row(NamedTuple):
    """`codes` is matched against "550 5.1.1", `text` searched in what follows; None fits all."""

    meaning: Meaning
    codes: str
    stages: frozenset[Stage] | None = None
    text: str | None = None


BEFORE_RCPT = frozenset({Stage.CONNECT, Stage.EHLO, Stage.MAIL})
WITH_TEXT = frozenset({Stage.DATA, Stage.DOT})
WHO = r"(user|recipient|mailbox|address|account)"
# Within one sentence: servers write what they like, and as much of it as they like.
NOBODY = (
    rf"{WHO}\b.{{0,120}}(unknown|not? (exist|found)|unavailable|invalid)"
    rf"|(unknown|no such|invalid) {WHO}"
)

ROWS = (
    Row(Meaning.DELIVERED, r"2.."),
    # 5.1.2 is believed only when the name system said so itself: relays use it for their own trouble.
    Row(Meaning.NO_SUCH_ADDRESS, r"5.. 5\.1\.(2|10)", frozenset({Stage.DNS})),
    Row(Meaning.NO_SUCH_ADDRESS, r"5.. 5\.(1\.(1|3|6|10)|2\.1)"),
    Row(Meaning.MAILBOX_FULL, r"... [45]\.2\.2|4.. 4\.2\.1"),
    # RFC 5321 4.5.3.1.10: an old way to say "too many recipients", so wait.
    Row(Meaning.TRY_LATER, r"552", frozenset({Stage.RCPT})),
    Row(Meaning.NO_UTF8, r"5.. 5\.6\.7"),
    Row(Meaning.CONTENT_REFUSED, r"5.. 5\.(3\.4|6\.\d+)|552", WITH_TEXT | {Stage.MAIL}),
    Row(Meaning.SENDER_REFUSED, r"5.. 5\.7\.\d+"),
    Row(Meaning.SENDER_REFUSED, r"5..", BEFORE_RCPT),
    Row(Meaning.SENDER_REFUSED, r"554", WITH_TEXT, r"spam|blocked|reputation|policy"),
    Row(Meaning.NO_SUCH_ADDRESS, r"55[013] ", frozenset({Stage.RCPT}), NOBODY),
    Row(Meaning.NO_SUCH_ADDRESS, r"556"),
    Row(Meaning.GREYLISTED, r"45[01]", frozenset({Stage.RCPT, Stage.DATA}), r"gr[ae]y"),
    Row(Meaning.GREYLISTED, r"45[01] 4\.7\.1", frozenset({Stage.RCPT, Stage.DATA})),
    Row(Meaning.TRY_LATER, r"4.."),
    Row(Meaning.REFUSED, r"5.."),
)

# What single operators mean by codes that others use for something else; asked before ROWS.
OF_OPERATOR: dict[str, tuple[Row, ...]] = {
    "google": (
        # "is receiving mail at a rate that prevents …": the person is there.
        Row(Meaning.TRY_LATER, r"4.. 4\.2\.1", text=r"\brate\b"),
        Row(Meaning.REFUSED, r"5.. 5\.2\.1", text=r"\brate\b"),
    ),
    "outlook": (
        # "Recipient address rejected: Access denied": the directory does not know the address.
        Row(
            Meaning.NO_SUCH_ADDRESS,
            r"550 5\.4\.1",
            frozenset({Stage.RCPT}),
            r"recipient address rejected",
        ),
    ),
    "yahoo": (
        Row(
            Meaning.NO_SUCH_ADDRESS,
            r"554",
            frozenset({Stage.RCPT, Stage.DOT}),
            r"not a valid recipient|doesn't have a \S+ account",
        ),
    ),
}

# RFC 3463 X.4: what we found where no server said that it could not take the message now.
FOUND = {
    "4.4.1": Meaning.NO_CONNECTION,
    "4.4.2": Meaning.CONNECTION_LOST,
    "4.4.3": Meaning.NO_NAME_ANSWER,
    "4.4.4": Meaning.NO_USABLE_HOST,
}


def meaning_of(stage: Stage, reply: Reply, host: str = "") -> Meaning:
    """What the final answer at this stage means, from a host whose operator may have words of its own.

    Raises ValueError for what is no final answer.
    """
    if isinstance(reply, Finding) and reply.enhanced in FOUND:
        return FOUND[reply.enhanced]
    codes = f"{reply.code} {reply.enhanced}"
    own = OF_OPERATOR.get(operator_of(lane_of(host)).name, ()) if host else ()
    for row in (*own, *ROWS):
        if (
            re.match(row.codes, codes)
            and (row.stages is None or stage in row.stages)
            and (row.text is None or re.search(row.text, reply.text, re.IGNORECASE))
        ):
            return row.meaning
    raise ValueError(f"not a final SMTP reply: {reply.code}")
