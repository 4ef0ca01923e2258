"""What a mail that came back is: one of a few kinds, told by its content. Pure."""

import re
from dataclasses import dataclass, field

from delivery.inbound import wording
from delivery.inbound.letters import is_automatic, readable
from delivery.inbound.parts import Part, fields_of, parts_of, words_of
from delivery.replies import Meaning, meaning_of
from delivery.wire.reply import Reply
from delivery.wire.session import Stage

# RFC 3464 2.3.3: the others tell of no failure.
FAILED, UNSAID = "failed", ""
QUIET_ACTIONS = {"delayed", "delivered", "relayed", "expanded"}
# RFC 5965 7.3; what is not in here is taken for abuse.
NO_COMPLAINT = {"not-spam": "not_spam", "auth-failure": "auth_failure"}
SHOWN = 1_000
RECIPIENTS = 50


@dataclass(frozen=True)
class Bounce:
    """A server gave the message back."""

    meaning: Meaning
    status: str
    words: str = field(repr=False)
    host: str = ""


@dataclass(frozen=True)
class Quiet:
    """Nothing that changes anything; `finding` is what is kept of it."""

    finding: str


@dataclass(frozen=True)
class Complaint:
    """Somebody called the message spam, or asked a mail operator to stop it."""

    feedback_type: str


@dataclass(frozen=True)
class Letter:
    """Written by somebody, or by what answers for them."""

    sender: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: int = 0
    is_automatic: bool = False


Understood = Bounce | Quiet | Complaint | Letter


def understand(content: bytes, *, mail_from: str, is_report: bool) -> Understood:
    """`is_report`: it came to an address for reports, where persons do not write."""
    whole, *leaves = parts_of(content)
    if feedback := _feedback(leaves):
        return feedback
    # What a person writes may hold a report: somebody shows us what came back to them.
    believes = is_report or wording.is_of_a_server(mail_from)
    if believes and (told := _delivery_status(leaves)):
        return told
    letter = _letter(whole, leaves, mail_from)
    if not is_report:
        return letter
    return _in_words(letter, whole) or Quiet("automatic" if letter.is_automatic else "unclear")


def _feedback(leaves: list[Part]) -> Complaint | Quiet | None:
    for part in leaves:
        if part.media_type == "message/feedback-report":
            kind = fields_of(part.content).get("feedback-type", "abuse").strip().lower()
            if kind in NO_COMPLAINT:
                return Quiet(NO_COMPLAINT[kind])
            return Complaint(kind[:20])
    return None


def _delivery_status(leaves: list[Part]) -> Bounce | Quiet | None:
    """RFC 3464, whatever the report calls itself; some servers leave the media type out."""
    for part in leaves:
        is_status = part.media_type in {
            "message/delivery-status",
            "message/global-delivery-status",
        }
        if is_status or (part.media_type == "text/plain" and _looks_like_status(part.body)):
            found = [said for said in map(_recipient, _blocks(part.content)) if said]
            if found:
                return _worst(found)
    return None


def _looks_like_status(body: bytes) -> bool:
    return re.search(rb"(?mi)^final-recipient:", body[: wording.READ]) is not None


def _blocks(content: bytes) -> list[bytes]:
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [block for block in re.split(rb"\n[ \t]*\n", lines) if block.strip()][:RECIPIENTS]


def _recipient(block: bytes) -> Bounce | Quiet | None:
    fields = fields_of(block.lstrip(b"\n"))
    if not {"action", "status", "final-recipient"} & fields.keys():
        return None
    action = fields.get("action", UNSAID).split(" ")[0].strip().lower()
    if action in QUIET_ACTIONS:
        return Quiet(action)
    words = fields.get("diagnostic-code", "").partition(";")[2].strip() or fields.get(
        "diagnostic-code", ""
    )
    status = _status(fields.get("status", ""), words)
    if not status and action != FAILED:
        return None
    host = fields.get("remote-mta", "").partition(";")[2].strip()
    return bounce(status or wording.status_of(words, host) or "5.0.0", words, host)


def _status(said: str, words: str) -> str:
    """The server's own code in the diagnosis says more than a general one in Status."""
    given = wording.ENHANCED.search(said)
    inside = wording.ENHANCED.search(words)
    if given and not given[1].endswith((".0.0", ".5.0")):
        return given[1]
    return inside[1] if inside else (given[1] if given else "")


def _worst(found: list[Bounce | Quiet]) -> Bounce | Quiet:
    """Each message of ours has one recipient; what was forwarded may have several."""
    return next((said for said in found if isinstance(said, Bounce)), found[0])


def bounce(status: str, words: str, host: str) -> Bounce:
    """With the meaning that the table of answers gives it, as if it had been said to us."""
    code = wording.CODE.search(words[:200])
    number = int(code[1]) if code and code[1][0] == status[0] else int(f"{status[0]}50")
    reply = Reply(number, status, words[:SHOWN])
    meaning = meaning_of(Stage.RCPT, reply, host)
    if meaning in {Meaning.REFUSED, Meaning.TRY_LATER}:
        meaning = meaning_of(Stage.DOT, reply, host)
    if meaning is Meaning.REFUSED and (read := wording.status_of(words, host)):
        meaning = meaning_of(Stage.DOT, reply._replace(enhanced=read), host)
    return Bounce(meaning, status, words[:SHOWN], host[:250])


def _in_words(letter: Letter, whole: Part) -> Bounce | Quiet | None:
    """The long tail: no report for machines, only sentences."""
    said = wording.before_the_original(letter.text)
    if wording.DELAY.search(f"{letter.subject}\n{said}"):
        return Quiet("delayed")
    operator = f"{letter.sender} {whole.fields.get('received', '')[:SHOWN]}"
    enhanced, code = wording.ENHANCED.search(said), wording.CODE.search(said)
    status = enhanced[1] if enhanced else wording.status_of(said, operator)
    if not status and code and wording.FAILURE.search(f"{letter.subject}\n{said}"):
        status = f"{code[1][0]}.0.0"
    if not status or not wording.FAILURE.search(f"{letter.subject}\n{letter.sender}\n{said}"):
        return None
    code = enhanced or code
    start = max(0, code.start() - 40) if code else 0
    return bounce(status, " ".join(said[start : start + 300].split()), "")


def _letter(whole: Part, leaves: list[Part], mail_from: str) -> Letter:
    subject = words_of(whole.fields.get("subject", ""))
    text, attachments = readable(leaves)
    sender = words_of(whole.fields.get("from", "")) or mail_from
    automatic = is_automatic(whole.fields, mail_from, subject)
    return Letter(sender, subject, text, attachments, automatic)
