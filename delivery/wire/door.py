"""The only door to the wire: nothing else in the product writes a message to a socket."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from delivery.crash_points import reach
from delivery.wire.conversation import Conversation
from delivery.wire.levels import (
    NO_PROTECTION,
    POLICY_FAILURES,
    Evidence,
    Level,
    PolicyType,
    TlsFailure,
)
from delivery.wire.pins import Pin
from delivery.wire.policies import KeptPolicy
from delivery.wire.promises import NO_PROMISE, Promise
from delivery.wire.reply import Finding, Reply
from delivery.wire.session import Answer, Session, SessionBroken, Stage

LOST = Finding(451, "4.4.2", "The connection was lost.")  # RFC 5321 3.8
# Searching for two bytes at once costs three times as much as these.
NOT_LINE_ENDS = bytes(set(range(256)) - set(b"\r\n"))
DOT_LINE = re.compile(rb"\n\.")
TOO_LARGE = Finding(552, "5.3.4", "The message is larger than the server takes.")
# RFC 6531 3.2: never rewritten to fit.
NO_UTF8 = Finding(553, "5.6.7", "The server takes no addresses in letters beyond ASCII.")


class LevelTooLow(Exception):
    """Somebody tried to hand a message to a connection that proved less than it needs."""


class Unwritable(ValueError):
    """No message can be made of it that a server may get; no server heard a word of it."""


class Result(StrEnum):
    """What is known after a try."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # by a reply, or by a finding of ours that is put as one
    UNPROTECTED = "unprotected"  # no host reached the level; nothing was said about the message
    WITHHELD = "withheld"  # it may no longer be sent; nothing was handed over
    UNCERTAIN = "uncertain"  # the dot was written, and no answer came


@dataclass(frozen=True)
class Envelope:
    """One message to one recipient, and what the connection has to prove to get it."""

    id: UUID
    mail_from: str
    rcpt_to: str
    required: Level
    build: Callable[[], Conversation[bytes]] = field(repr=False, compare=False)
    # Whether somebody waits to hear that it is late.
    tells_delay: bool = False
    # The domain's MTA-STS policy as the workspace remembers it.
    known_policy: KeptPolicy | None = None
    # What the workspace expects of the domain's servers.
    pin: Pin | None = None

    @property
    def is_international(self) -> bool:
        """Whether address and To field go beyond ASCII (RFC 6531)."""
        return not self.rcpt_to.isascii()

    @property
    def domain(self) -> str:
        """Whose mail servers are asked."""
        return self.rcpt_to.rpartition("@")[2]


@dataclass(frozen=True)
class HostFailure:
    """A host that could not be used, and why: its protection, or else what was found.

    `policy` is what bound the host: breaking it is never excused.
    """

    host: str
    tls: TlsFailure | None
    answer: Answer | None = None
    policy: PolicyType = PolicyType.NONE

    @property
    def is_policy_failure(self) -> bool:
        """Whether the domain itself forbids to use the host as it is now."""
        return self.tls is not None and (
            self.policy is not PolicyType.NONE or self.tls in POLICY_FAILURES
        )


@dataclass(frozen=True)
class Outcome:
    """Everything that one try brought, to be recorded whether it went well or not."""

    result: Result
    stage: Stage
    reply: Reply
    host: str = ""
    address: str = ""
    evidence: Evidence = NO_PROTECTION
    failures: tuple[HostFailure, ...] = ()
    policy: KeptPolicy | None = None  # of the recipient's domain, in whatever mode
    mx: tuple[str, ...] = ()  # the servers that the domain named, in the order of their names


Announce = Callable[[UUID], bool]


def hand_over(
    session: Session, envelope: Envelope, announce: Announce, promise: Promise = NO_PROMISE
) -> Conversation[Outcome]:
    """Give the message to the server at the other end, of which its domain says `promise`.

    Raises LevelTooLow before a single word about the message if the connection proved too little;
    only then is its text made. `announce` makes it known, for good, that the dot follows; if it
    says no or fails, the connection is dropped without a dot, and nothing was handed over.
    """
    evidence = session.evidence(promise)
    required = max(envelope.required, promise.required)
    if evidence.level < required:
        raise LevelTooLow(f"{evidence.level.name} < {required.name}")
    # RFC 8689 4.2.1: the server passes it on under verified TLS too, or returns it.
    asks_for_tls = (
        envelope.required >= Level.T2
        and evidence.level >= Level.T3
        and session.offers("REQUIRETLS")
    )
    if asks_for_tls:
        evidence = replace(evidence, requires_tls=True)
    reach("connected")
    outcome = yield from _told(session, envelope, announce, asks_for_tls=asks_for_tls)
    return replace(outcome, evidence=evidence)


def _told(
    session: Session, envelope: Envelope, announce: Announce, *, asks_for_tls: bool
) -> Conversation[Outcome]:
    try:
        text = yield from envelope.build()
        message = _on_the_wire(text, is_international=envelope.is_international)
    except ValueError as error:
        raise Unwritable(str(error)) from error
    stage = Stage.MAIL
    try:
        answer = yield from _open(session, envelope, size=len(message), asks_for_tls=asks_for_tls)
        stage = answer.stage
        if not answer.lets_text_follow:
            return (yield from _refused(session, answer))
        reach("asked")
        if not _may_follow(session, envelope.id, announce):
            return Outcome(Result.WITHHELD, *answer)
        said = yield from session.write_body(message)
        reach("before_dot")
        if said:
            session.close()
            return Outcome(Result.REFUSED, Stage.DATA, _no_success(said))
    except SessionBroken:
        return Outcome(Result.REFUSED, stage, LOST)
    return (yield from _finish(session))


def _may_follow(session: Session, message: UUID, announce: Announce) -> bool:
    """Without a yes the session is over: its server waits for a text that will not come."""
    goes = False
    try:
        goes = announce(message)
    finally:
        if not goes:
            session.close()
    return goes


def _open(
    session: Session, envelope: Envelope, *, size: int, asks_for_tls: bool
) -> Conversation[Answer]:
    if session.size_limit and size > session.size_limit:
        return Answer(Stage.MAIL, TOO_LARGE)
    if envelope.is_international and not session.offers("SMTPUTF8"):
        return Answer(Stage.MAIL, NO_UTF8)
    mail, rcpt = f"MAIL FROM:<{envelope.mail_from}>", f"RCPT TO:<{envelope.rcpt_to}>"
    if session.offers("SIZE"):
        mail += f" SIZE={size}"
    if session.offers("DSN"):  # a bounce must not carry the text back over unknown wires
        mail += f" RET=HDRS ENVID={envelope.id.hex}"
        delay = ",DELAY" if envelope.tells_delay else ""
        rcpt += f" NOTIFY=FAILURE{delay} ORCPT={_original(envelope.rcpt_to)}"
    if asks_for_tls:
        mail += " REQUIRETLS"
    if envelope.is_international:
        mail += " SMTPUTF8 BODY=8BITMIME" if session.offers("8BITMIME") else " SMTPUTF8"
    return (yield from session.open_transaction(mail=mail, rcpt=rcpt))


def _original(address: str) -> str:
    """RFC 3461 4, and RFC 6533 3 for letters beyond ASCII; the address has no blanks already."""
    if address.isascii():
        return "rfc822;" + address.replace("+", "+2B").replace("=", "+3D")
    return "utf-8;" + "".join(
        character if character.isascii() and character not in "+=" else f"\\x{{{ord(character):X}}}"
        for character in address
    )


def _refused(session: Session, answer: Answer) -> Conversation[Outcome]:
    if answer.reply.code < 400:  # out of step: whatever it says next answers something else
        session.close()
    if not isinstance(answer.reply, Finding) and session.is_open:
        yield from session.reset()
    return Outcome(Result.REFUSED, answer.stage, _no_success(answer.reply))


def _finish(session: Session) -> Conversation[Outcome]:
    """After the dot only a clear word counts; anything else leaves us not knowing."""
    try:
        yield from session.write_dot()
        reach("after_dot")
        reply = yield from session.final_reply()
    except SessionBroken:
        return Outcome(Result.UNCERTAIN, Stage.DOT, LOST)
    if reply.code // 100 == 3:
        session.close()
        return Outcome(Result.UNCERTAIN, Stage.DOT, reply)
    result = Result.ACCEPTED if reply.is_positive else Result.REFUSED
    return Outcome(result, Stage.DOT, reply)


def _no_success(reply: Reply) -> Reply:
    """A 2xx or 3xx where none makes sense says nothing: as if the connection had been lost."""
    return reply if reply.code >= 400 else LOST


def _on_the_wire(message: bytes, *, is_international: bool = False) -> bytes:
    """With dots doubled (RFC 5321 4.5.2). Raises ValueError for bytes that a server could misread.

    A bare CR or LF lets one server see two messages where another sees one.
    """
    ends = message.translate(None, NOT_LINE_ENDS)
    if not message.endswith(b"\r\n") or ends != b"\r\n" * (len(ends) // 2):
        raise ValueError("A message has CRLF line ends, and nothing else of the kind.")
    if b"\0" in message or not (is_international or message.isascii()):
        raise ValueError("A message is seven bits wide.")
    return message.replace(b"\r\n.", b"\r\n..") if DOT_LINE.search(message) else message
