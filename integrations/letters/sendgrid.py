"""`POST /v3/mail/send` as SendGrid's clients write it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from uuid import UUID

from accounts.models import ApiKey
from compliance.purposes import Purpose
from delivery.letters.words import LetterRefused, Words, Writing
from integrations.letters import reading, stated
from integrations.letters.asking import Ask, Person, Template, with_defaults
from integrations.letters.reading import Reader
from integrations.letters.stated import Stated

MOST_PERSONALIZATIONS = 100
LONGEST_TEXT = 600_000
# asm.group_id: the number of a purpose, counted as the documentation lists them.
GROUPS = dict(enumerate(Purpose.values, start=1))
# What SendGrid calls the parts of a letter.
FIELDS = {
    "sender": "from", "text": "content", "html": "content", "files": "attachments",
    "template": "template_id", "to": "personalizations", "must_arrive_by": "custom_args",
}  # fmt: skip
_FILE = ("filename", "type", "content", "content_id")


@dataclass(frozen=True)
class Mail:
    """The whole request: one ask for each personalization."""

    asks: list[Ask]
    is_trial: bool


def read(body: object, key: ApiKey) -> Mail:
    """Raises LetterRefused with SendGrid's name of the field at fault, or PurposeNeeded."""
    mail = Reader(body)
    mail.only(
        "personalizations", "from", "reply_to", "reply_to_list", "subject", "content",
        "attachments", "template_id", "headers", "categories", "custom_args", "send_at", "asm",
        "mail_settings", "tracking_settings",
    )  # fmt: skip
    personalizations = mail.objects("personalizations")
    if not 0 < len(personalizations) <= MOST_PERSONALIZATIONS:
        raise LetterRefused("personalizations", f"Send 1 to {MOST_PERSONALIZATIONS} of them.")
    _refuse_tracking(mail.inner("tracking_settings"))
    common = _common(mail)
    return Mail(
        [_ask(each, mail, common, key) for each in personalizations],
        _is_trial(mail.inner("mail_settings")),
    )


def _common(mail: Reader) -> Writing | None:
    """What all personalizations share; None for a template, which brings its own."""
    if mail.says("template_id"):
        return None
    texts = {each.text("type"): each for each in mail.objects("content")}
    if other := texts.keys() - {"text/plain", "text/html"}:
        raise LetterRefused("content", f"{len(other)} part is neither text/plain nor text/html.")
    replies = [mail.inner("reply_to")] if mail.says("reply_to") else mail.objects("reply_to_list")
    if len(replies) > 1:
        raise LetterRefused("reply_to_list", "Name one mailbox for replies.")
    html, text = (
        texts[kind].text("value", limit=LONGEST_TEXT) if kind in texts else ""
        for kind in ("text/html", "text/plain")
    )
    words = Words(
        sender=reading.mailbox(mail.inner("from")),
        subject=mail.text("subject"),
        text=text,
        html=html,
        reply_to=reading.mailbox(replies[0]) if replies else None,
    )
    files = tuple(
        reading.file(each, _FILE, inline=each.text("disposition") == "inline")
        for each in mail.objects("attachments")
    )
    return Writing(words, Purpose.TREATMENT, files=files)


def _ask(each: Reader, mail: Reader, common: Writing | None, key: ApiKey) -> Ask:
    for copies in ("cc", "bcc"):
        if each.says(copies):
            raise LetterRefused(
                each.place(copies), "Each person gets a message of their own: name them in to."
            )
    each.only(
        "to", "subject", "headers", "substitutions", "dynamic_template_data", "custom_args",
        "send_at",
    )  # fmt: skip
    said, own, metadata = _stated(each, mail)
    people = [Person(reading.mailbox(to), said.record_number) for to in each.objects("to")]
    if not people:
        raise LetterRefused(each.place("to"), "Say whom it is for.")
    labels: dict[str, object] = {"categories": mail.words("categories"), "metadata": metadata}
    send_at = each.moment("send_at") or mail.moment("send_at")
    by = said.deadline(send_at)
    if common is None:
        template = _template(each, mail)
        return Ask(people, replace(template, labels=labels, send_at=send_at, must_arrive_by=by))
    if each.says("dynamic_template_data"):
        raise LetterRefused(each.place("dynamic_template_data"), "It goes with a template_id.")
    words = replace(
        _substituted(common.words, each), headers=own, subject=_subject(common.words, each)
    )
    writing = replace(
        common, words=words, labels=labels, send_at=send_at, sensitivity=said.sensitivity,
        protection=said.protection, remuneration=said.remuneration, must_arrive_by=by,
    )  # fmt: skip
    purpose = said.purpose or _purpose_of_group(mail)
    return Ask(people, with_defaults(writing, key, purpose=purpose))


def _stated(
    each: Reader, mail: Reader
) -> tuple[Stated, tuple[tuple[str, str], ...], dict[str, str]]:
    """What fields and labels of ours say, and the letter's own fields and labels."""
    headers = mail.texts("headers") | each.texts("headers")
    ours, metadata = stated.of_labels(mail.texts("custom_args") | each.texts("custom_args"))
    said, own = stated.split([*headers.items(), *ours])
    return said, own, metadata


def _template(each: Reader, mail: Reader) -> Template:
    """`d-` and 32 digits, or the id as our pages write it."""
    for name in ("content", "attachments", "subject", "reply_to", "headers"):
        if mail.says(name):
            raise LetterRefused(name, "The template brings its own. Leave it out.")
    written = mail.text("template_id").removeprefix("d-")
    try:
        campaign_id = UUID(written)
    except ValueError:
        raise LetterRefused("template_id", "Send the id of an approved campaign.") from None
    values = each.values("dynamic_template_data") or each.values("substitutions")
    sender = reading.mailbox(mail.inner("from"))
    return Template(campaign_id, sender, values)


def _subject(words: Words, each: Reader) -> str:
    return _filled(each.text("subject") or words.subject, _substitutions(each), each)


def _substituted(words: Words, each: Reader) -> Words:
    """Marks such as -name- in the texts; in HTML as text, whatever the value holds."""
    marks = list(_substitutions(each))
    escaped = [(mark, escape(value)) for mark, value in marks]
    return replace(
        words, text=_filled(words.text, marks, each), html=_filled(words.html, escaped, each)
    )


def _filled(text: str, marks: Iterable[tuple[str, str]], each: Reader) -> str:
    """Values may hold other marks, so a few of them can ask for more than any memory."""
    for mark, value in marks:
        if len(text) + text.count(mark) * (len(value) - len(mark)) > LONGEST_TEXT:
            raise LetterRefused(
                each.place("substitutions"),
                f"Send values that make at most {LONGEST_TEXT:,} characters.",
            )
        text = text.replace(mark, value)
    return text


def _substitutions(each: Reader) -> Iterator[tuple[str, str]]:
    return ((mark, value) for mark, value in each.texts("substitutions").items() if mark)


def _purpose_of_group(mail: Reader) -> str:
    group = mail.inner("asm")
    group.only("group_id")
    number = group.number("group_id")
    if number is None:
        return ""
    if number not in GROUPS:
        raise LetterRefused(
            "asm.group_id", f"A group is the number of a purpose, 1 to {len(GROUPS)}."
        )
    return GROUPS[number]


def _refuse_tracking(tracking: Reader) -> None:
    tracking.only("click_tracking", "open_tracking")
    for name in ("click_tracking", "open_tracking"):
        settings = tracking.inner(name)
        settings.only("enable", harmless={"enable_text", "substitution_tag"})
        if settings.flag("enable"):
            raise LetterRefused(settings.place("enable"), "Letters of systems are not tracked.")


def _is_trial(settings: Reader) -> bool:
    settings.only("sandbox_mode")
    sandbox = settings.inner("sandbox_mode")
    sandbox.only("enable")
    return sandbox.flag("enable")
