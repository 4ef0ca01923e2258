"""A message's events, told in order to the person who has to explain them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from delivery.models import Reaction
from delivery.must_arrive import words as must_arrive
from delivery.replies import CONSEQUENCES, Meaning
from delivery.reports.reasons import LEVELS, OF_ROUTES, TEXT_TROUBLES, TLS_FAILURES, in_words

# Whose words they are: a server's, or ours where no server said anything.
WORDS_OF = {"reply": "Server's reply", "finding": "What we found"}
# What was so or was not, as a fact beside the others.
CLAIMS = {
    "dnssec": ("Names of the servers", "Signed, and checked by us (DNSSEC)"),
    "requires_tls": ("Servers after this one", "Verified TLS is asked of each (REQUIRETLS)"),
}
PROVEN_LEVELS = frozenset({"T2", "T2P", "T3", "T4"})

# By the meaning of the server's answer.
AGAIN = {
    "mailbox_full": "The mailbox is full.",
    "greylisted": "The server asked us to come back later.",
    "try_later": "The server said that it could not take it now.",
}


@dataclass(frozen=True)
class Event:
    kind: str
    occurred_at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Moment:
    """One line of the story. `evidence` is what a machine said, word for word."""

    occurred_at: datetime
    mark: str  # tls | portal | held | uncertain | failed | skipped | note
    sentence: str
    explanation: str = ""
    evidence: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Proof:
    """What shows that the message left under encryption, or rests under it."""

    occurred_at: datetime
    level: str
    is_verified: bool
    facts: tuple[tuple[str, str], ...]
    rule: str = ""


def tell(events: Iterable[Event]) -> list[Moment]:
    """The story, oldest first. Raises KeyError for a kind of event that nobody taught it."""
    ordered = sorted(events, key=lambda event: event.occurred_at)
    return [TELLERS[event.kind](event) for event in ordered]


def why_again(event: Event) -> str:
    """Why the try that the event tells of was not the last one.

    In our words alone: a server's may hold the address, which lists show masked.
    """
    detail = event.detail
    if "failure" in detail:
        return TLS_FAILURES[str(detail["failure"])]
    if detail.get("finding"):
        return str(detail["finding"])
    return AGAIN.get(str(detail.get("meaning", "")), in_words("no_answer"))


def proof(events: Iterable[Event]) -> Proof | None:
    """The last hand-over that a server accepted. None while there is none."""
    accepted = [event for event in events if event.kind == "accepted"]
    if not accepted:
        return None
    last = max(accepted, key=lambda event: event.occurred_at)
    level = str(last.detail["level"])
    facts = _connection(last.detail)
    return Proof(last.occurred_at, LEVELS[level], level in PROVEN_LEVELS, facts, _rule(last))


def _connection(detail: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labels = {
        "host": "Server",
        "tls_version": "TLS version",
        "cipher": "Cipher",
        "certificate": "Certificate (SHA-256)",
        "issuer": "Issued by",
        "sts_id": "Policy of the domain (MTA-STS)",
        "tlsa": "Key in signed DNS (TLSA)",
        "pin": "Your pin that names the server",
        "unchanged_since": "Same servers, all verified, since",
        **WORDS_OF,
    }
    facts = [(label, str(detail[name])) for name, label in labels.items() if detail.get(name)]
    return (*facts, *(fact for name, fact in CLAIMS.items() if detail.get(name)))


def _said(event: Event) -> tuple[tuple[str, str], ...]:
    return tuple(
        (label, str(event.detail[name]))
        for name, label in WORDS_OF.items()
        if event.detail.get(name)
    )


def _fixed(mark: str, sentence: str, explanation: str = "") -> Callable[[Event], Moment]:
    def teller(event: Event) -> Moment:
        return Moment(event.occurred_at, mark, sentence, explanation, _connection(event.detail))

    return teller


def _decided(event: Event) -> Moment:
    """A verdict of the send gate, with its reasons."""
    marks = {"allow": "note", "portal": "portal", "hold": "held", "deny": "skipped"}
    sentences = {
        "allow": "Allowed to be sent.",
        "portal": "Allowed, by the secure portal only.",
        "hold": "Held for now.",
        "deny": "Not sent.",
    }
    outcome = str(event.detail["outcome"])
    reasons = " ".join(in_words(code) for code in event.detail.get("reasons", ()))
    return Moment(event.occurred_at, marks[outcome], sentences[outcome], reasons)


def _accepted(event: Event) -> Moment:
    level = str(event.detail["level"])
    mark = "tls" if level in PROVEN_LEVELS else "note"
    return Moment(
        event.occurred_at,
        mark,
        "The recipient's mail server accepted it.",
        f"{LEVELS[level]}. {_rule(event)}".strip(),
        _connection(event.detail),
    )


def _unsafe(event: Event) -> Moment:
    """No host was safe enough: it is held, or not sent at all."""
    explanation = f"{why_again(event)} {_rule(event)}".strip()
    sentence = "Nothing was sent: the way is not safe enough."
    return Moment(event.occurred_at, "held", sentence, explanation, _connection(event.detail))


def _rule(event: Event) -> str:
    return OF_ROUTES.get(str(event.detail.get("rule", "")), "")


def _deferred(event: Event) -> Moment:
    has_answer = bool(event.detail.get("reply"))
    sentence = "The server says: try later." if has_answer else "It could not be handed over."
    return Moment(event.occurred_at, "held", f"{sentence} We try again.", "", _said(event))


def _failed(event: Event) -> Moment:
    """Refused by a server, put off by it for too long, or given up because of what we found."""
    detail = event.detail
    meaning = str(detail.get("meaning", ""))
    reason = str(detail.get("reason", "") or meaning)
    if not detail.get("reply"):
        sentence = "It could not be handed over."
    elif meaning and not CONSEQUENCES[Meaning(meaning)].is_final:
        sentence = "The server put it off until we gave up."
    else:
        sentence = "The server refused it for good."
    found = TLS_FAILURES[str(detail["failure"])] if detail.get("failure") else ""
    explanation = f"{found} {in_words(reason) if reason else ''}".strip()
    return Moment(event.occurred_at, "failed", sentence, explanation, _said(event))


def _escrowed(event: Event) -> Moment:
    sentence, reason = "Sealed in the secure portal.", str(event.detail.get("reason", ""))
    told = _connection(event.detail)
    return Moment(event.occurred_at, "portal", sentence, in_words(reason), told)


def _opened(event: Event) -> Moment:
    by = {
        "browser": "It was opened in the person's own browser.",
        "server": "It was shown as plain text, as the browser ran no script.",
    }
    return Moment(
        event.occurred_at, "portal", "Read in the portal.", by[str(event.detail["opened_by"])]
    )


def _text_failed(event: Event) -> Moment:
    sentence = "The text message with the code could not be sent."
    why = TEXT_TROUBLES[str(event.detail["why"])]
    return Moment(event.occurred_at, "failed", sentence, why)


def _bounced(event: Event) -> Moment:
    meaning = str(event.detail.get("meaning", ""))
    return Moment(
        event.occurred_at,
        "failed",
        "The mail server reported later that it could not be delivered.",
        in_words(meaning) if meaning else "",
        _said(event),
    )


def _reacted(event: Event) -> Moment:
    """An opening or a click. What one can tell of them is little, and the words say so."""
    address = str(event.detail["address"])
    what = (("Link", address),) if address else ()
    doer = Reaction.Doer(str(event.detail["doer"]))
    if doer is not Reaction.Doer.PERSON:
        sentence = "A machine followed a link in it." if address else "A machine opened it."
        return Moment(event.occurred_at, "note", sentence, f"{doer.label}.", what)
    if address:
        return Moment(event.occurred_at, "note", "A link in it was followed.", "", what)
    return Moment(
        event.occurred_at, "note", "It seems to have been opened.",
        "A picture in it was loaded. That is a hint, and no proof that somebody read it.",
    )  # fmt: skip


def _had_to_arrive(event: Event) -> Moment:
    """A look at a message that must arrive, and the step that followed from it."""
    told = must_arrive.told({name: str(value) for name, value in event.detail.items()})
    return Moment(event.occurred_at, told.mark, told.sentence, in_words(told.reason))


TELLERS: dict[str, Callable[[Event], Moment]] = {
    "decided": _decided,
    "accepted": _accepted,
    "unsafe": _unsafe,
    "deferred": _deferred,
    "failed": _failed,
    "escrowed": _escrowed,
    "opened": _opened,
    "reacted": _reacted,
    "uncertain": _fixed(
        "uncertain",
        "Not known whether it arrived.",
        "The line broke after the text was sent and before the server answered.",
    ),
    "canceled": _fixed("skipped", "Canceled before it left."),
    "notice_accepted": _fixed(
        "note",
        "The notice that leads to the portal was accepted by the mail server.",
        "The notice holds no health information. Our copy of the link's key is erased.",
    ),
    "notice_failed": _fixed(
        "failed",
        "The notice that leads to the portal did not arrive.",
        "Nobody can open the message without it. Reach this person in another way.",
    ),
    "proved": _fixed("note", "Somebody came with the right link."),
    "code_sent": _fixed("note", "A code was sent to the mailbox."),
    "code_texted": _fixed("note", "A code was asked for by text message."),
    "text_sent": _fixed("note", "The text message with the code left."),
    "text_failed": _text_failed,
    "checked": _fixed("portal", "Code and what else was asked were right."),
    "reminded": _fixed("note", "A reminder was queued: the message waits unread."),
    "reissued": _fixed(
        "note",
        "A new link was made, and a notice with it was queued.",
        "The former link opens nothing any more.",
    ),
    "printed": _fixed("note", "Printed, as far as the browser tells."),
    "downloaded": _fixed("portal", "A file of the message was saved."),
    "refused": _fixed("held", "A code or a fact on file was wrong."),
    "locked": _fixed("failed", "Locked for a day after too many wrong answers."),
    "signed_out": _fixed("note", "Signed out of the portal."),
    "expired": _fixed("skipped", "Expired. Its keys and text are erased from the portal."),
    "revoked": _fixed("failed", "Recalled by staff. Its keys and text are erased from the portal."),
    "wrong_person": _fixed(
        "failed",
        "Somebody said that this mailbox is not this person's.",
        "The message is closed and the mailbox is suppressed.",
    ),
    "passphrase_ended": _fixed(
        "note",
        "The person ended the passphrase that they had chosen.",
        "Later messages open with a code and facts on file.",
    ),
    "bounced": _bounced,
    "replied": _fixed("note", "The person wrote back.", "The answer is among the replies."),
    "complained": _fixed("failed", "The person reported it as spam.", "The address is suppressed."),
    "must_arrive": _had_to_arrive,
    "unsubscribed": _fixed("skipped", "The person unsubscribed from this kind of mail."),
}
