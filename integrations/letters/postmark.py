"""`POST /email` and its relatives as Postmark's clients write them."""

from email.utils import getaddresses
from typing import Any
from uuid import UUID

from accounts.models import ApiKey
from compliance.purposes import Purpose
from delivery.letters.words import LetterRefused, Mailbox, Words, Writing
from integrations.letters import reading, stated
from integrations.letters.asking import Ask, Person, Template, with_defaults
from integrations.letters.reading import Reader

MOST_IN_A_BATCH = 500
DEFAULT_STREAMS = ("", "outbound")
# What Postmark calls the parts of a letter.
FIELDS = {
    "sender": "From", "to": "To", "subject": "Subject", "text": "TextBody", "html": "HtmlBody",
    "reply_to": "ReplyTo", "headers": "Headers", "files": "Attachments",
    "template": "TemplateId", "values": "TemplateModel", "must_arrive_by": "Metadata",
}  # fmt: skip
_FILE = ("Name", "ContentType", "Content", "ContentID")
_SHARED = ("From", "To", "Tag", "ReplyTo", "Headers", "Metadata", "Attachments", "MessageStream")
# Said by clients unasked, and true of every letter: nothing is tracked, styles are inlined already.
_HARMLESS = {"InlineCss"}


def read(body: object, key: ApiKey) -> Ask:
    """Raises LetterRefused with Postmark's name of the field at fault, or PurposeNeeded."""
    mail = Reader(body)
    _refuse_copies_and_tracking(mail)
    mail.only(*_SHARED, "Subject", "TextBody", "HtmlBody", "TrackOpens", "TrackLinks")
    ours, labels = _labels(mail)
    said, own = stated.split([*_headers(mail), *ours])
    writing = Writing(
        Words(
            sender=_one(mail, "From"),
            subject=mail.text("Subject"),
            text=mail.text("TextBody", limit=600_000),
            html=mail.text("HtmlBody", limit=600_000),
            reply_to=_one(mail, "ReplyTo") if mail.says("ReplyTo") else None,
            headers=own,
        ),
        Purpose.TREATMENT,
        files=tuple(
            reading.file(each, _FILE, inline=each.says("ContentID"))
            for each in mail.objects("Attachments")
        ),
        remuneration=said.remuneration,
        sensitivity=said.sensitivity,
        protection=said.protection,
        labels=labels,
        must_arrive_by=said.deadline(None),
    )
    purpose = said.purpose or _purpose_of_stream(mail)
    return Ask(_people(mail, said.record_number), with_defaults(writing, key, purpose=purpose))


def read_template(body: object) -> Ask:
    """A message from an approved campaign; its id is the id or the alias of the template."""
    mail = Reader(body)
    _refuse_copies_and_tracking(mail)
    mail.only(
        "From", "To", "Tag", "Metadata", "MessageStream", "TemplateId", "TemplateAlias",
        "TemplateModel", "TrackOpens", "TrackLinks", "Headers", harmless=_HARMLESS,
    )  # fmt: skip
    ours, labels = _labels(mail)
    said, own = stated.split([*_headers(mail), *ours])
    if own:
        raise LetterRefused("Headers", "The template brings its own. Leave them out.")
    written = mail.text("TemplateId") or mail.text("TemplateAlias")
    try:
        campaign_id = UUID(written)
    except ValueError:
        raise LetterRefused("TemplateId", "Send the id of an approved campaign.") from None
    values = mail.values("TemplateModel")
    template = Template(
        campaign_id,
        _one(mail, "From"),
        values,
        labels=labels,
        must_arrive_by=said.deadline(None),
    )
    return Ask(_people(mail, said.record_number), template)


def _headers(mail: Reader) -> list[tuple[str, str]]:
    return [(each.text("Name"), each.text("Value")) for each in mail.objects("Headers")]


def _labels(mail: Reader) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """Those of ours as header fields, and those of the letter's own."""
    tag = mail.text("Tag")
    ours, metadata = stated.of_labels(mail.texts("Metadata"))
    return ours, {"categories": [tag[:100]] if tag else [], "metadata": metadata}


def _people(mail: Reader, record_number: str) -> list[Person]:
    mailboxes = _mailboxes("To", mail.text("To", limit=20_000))
    if not mailboxes:
        raise LetterRefused("To", "Say whom it is for.")
    return [Person(mailbox, record_number) for mailbox in mailboxes]


def _one(mail: Reader, name: str) -> Mailbox:
    mailboxes = _mailboxes(name, mail.text(name))
    if len(mailboxes) != 1:
        raise LetterRefused(name, "Send one address, with a name if you like.")
    return mailboxes[0]


def _mailboxes(field: str, written: str) -> list[Mailbox]:
    try:
        found = getaddresses([written])
    except RecursionError:  # the library's reader follows every bracket
        raise LetterRefused(field, "The address is nested too deeply.") from None
    return [Mailbox(address, name) for name, address in found if address or name]


def _purpose_of_stream(mail: Reader) -> str:
    """A message stream is a purpose by its name."""
    stream = mail.text("MessageStream")
    if stream in DEFAULT_STREAMS:
        return ""
    if stream not in Purpose.values:
        known = ", ".join(["outbound", *Purpose.values])
        raise LetterRefused("MessageStream", f"A stream is named as a purpose: {known}.")
    return stream


def _refuse_copies_and_tracking(mail: Reader) -> None:
    for name in ("Cc", "Bcc"):
        if mail.says(name):
            raise LetterRefused(name, "Each person gets a message of their own: name them in To.")
    if mail.flag("TrackOpens") or mail.text("TrackLinks") not in ("", "None"):
        raise LetterRefused("TrackOpens", "Letters of systems are not tracked.")
