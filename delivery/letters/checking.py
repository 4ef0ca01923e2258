"""Whether a letter may go out as it is written: its sender, sizes, headers, markup and files."""

import re
from datetime import datetime, timedelta

from campaigns.queries import writing
from compliance.models import SenderDomain
from contacts.addresses import AddressError, normalize_email
from delivery.letters import markup
from delivery.letters.words import File, LetterRefused, Mailbox, Words, Writing, is_whole
from tenancy import clock

LONGEST_SUBJECT = 300
LONGEST_NAME = 120
LARGEST_TEXT = 512 * 1024
MOST_FILES = 20
# With base64 still below what most servers take (25 MB).
LARGEST_FILES = 10 * 1024 * 1024
LONGEST_AHEAD = timedelta(days=30)

_MESSAGE_IDS = re.compile(r"<[^<>\s]{1,250}>(?:[ \t]+<[^<>\s]{1,250}>){0,30}")
# Headers that mean something to a reader and nothing about a person; every other is refused.
HEADERS = {
    "in-reply-to": _MESSAGE_IDS,
    "references": _MESSAGE_IDS,
    "importance": re.compile(r"(?i:high|normal|low)"),
    "priority": re.compile(r"(?i:urgent|normal|non-urgent)"),
    "x-priority": re.compile(r"[1-5](?: \([A-Za-z]+\))?"),
    "auto-submitted": re.compile(r"(?i:no|auto-generated|auto-replied)"),
}
_UNSEEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9._@-]{1,100}")
# Written in one line of a header, three characters for a byte outside ASCII (RFC 2231 4, 5322 2.1.1).
LONGEST_FILE_NAME = 250
_FILE_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\\"\u2028\u2029]{1,150}")
# What mailboxes refuse to take because it runs when it is opened.
_RUNS = re.compile(
    r"(?i)\.(?:exe|dll|com|bat|cmd|scr|pif|msi|jar|js|jse|vbs|vbe|wsf|wsh|hta|cpl|lnk|ps1|reg|chm"
    r"|html?|svg)$"
)


def sender_domain(words: Words) -> SenderDomain:
    """The domain that it goes out from. Raises LetterRefused unless it is proven to be yours."""
    address = _address(words.sender, "sender")
    domain = SenderDomain.objects.filter(domain=address.rpartition("@")[2].lower()).first()
    if domain is None or not domain.may_send(clock.now()):
        raise LetterRefused(
            "sender", "Send from a domain that your workspace has proven: Settings, Sender domains."
        )
    return domain


def check(letter: Writing) -> None:
    """Raises LetterRefused for the first thing that may not go out."""
    words = letter.words
    if not words.subject.strip() or len(words.subject) > LONGEST_SUBJECT:
        raise LetterRefused("subject", f"Write a subject of 1 to {LONGEST_SUBJECT} characters.")
    if _UNSEEN.search(words.subject) or not is_whole(words.subject):
        raise LetterRefused("subject", "The subject is one line without control characters.")
    if words.reply_to:
        _address(words.reply_to, "reply_to")
    _check_text(words)
    _check_headers(words.headers)
    _check_files(letter.files, words)
    _check_time(letter.send_at)


def _address(mailbox: Mailbox, field: str) -> str:
    is_line = is_whole(mailbox.name) and not _UNSEEN.search(mailbox.name)
    if len(mailbox.name) > LONGEST_NAME or not is_line:
        raise LetterRefused(field, f"A name is one line of at most {LONGEST_NAME} characters.")
    try:
        address = normalize_email(mailbox.address)
    except AddressError as error:
        raise LetterRefused(field, str(error)) from None
    if not address.isascii():  # readers' servers that take no others would refuse the whole letter
        raise LetterRefused(field, "Here the part before the @ has plain letters only.")
    return address


def _check_text(words: Words) -> None:
    if not words.text.strip() and not words.html.strip():
        raise LetterRefused("text", "Write a text, as plain text or as HTML.")
    for field, text in (("text", words.text), ("html", words.html)):
        if len(text.encode("utf-8", "surrogatepass")) > LARGEST_TEXT:
            raise LetterRefused(field, "The text is larger than 512 kB.")
        if _CONTROL.search(text) or not is_whole(text):
            raise LetterRefused(field, "The text holds control characters.")
    if words.html:
        for refusal in markup.refusals(words.html, writing.own_hosts()):
            raise LetterRefused("html", refusal)


def _check_headers(headers: tuple[tuple[str, str], ...]) -> None:
    seen: set[str] = set()
    for name, value in headers:
        known = HEADERS.get(name.lower())
        if known is None or name.lower() in seen:
            allowed = ", ".join(each.title() for each in HEADERS)
            raise LetterRefused("headers", f"Headers that can be set, once each: {allowed}.")
        if not known.fullmatch(value.strip()):
            raise LetterRefused("headers", f"{name.title()} has a value that it may not have.")
        seen.add(name.lower())


def _check_files(files: tuple[File, ...], words: Words) -> None:
    if len(files) > MOST_FILES:
        raise LetterRefused("files", f"Send at most {MOST_FILES} files.")
    if sum(len(file.content) for file in files) > LARGEST_FILES:
        raise LetterRefused("files", "The files are larger than 10 MB together.")
    for file in files:
        if refusal := _file_refusal(file, words):
            raise LetterRefused("files", refusal)


def _file_refusal(file: File, words: Words) -> str | None:
    if not _FILE_NAME.fullmatch(file.name) or not is_whole(file.name):
        return "Name each file, without slashes or quotes."
    if len(file.name.encode()) > LONGEST_FILE_NAME:
        return "The name of a file is too long."
    if _RUNS.search(file.name):
        return "A file of this kind is refused by mailboxes."
    if not _MEDIA_TYPE.fullmatch(file.media_type):
        return "Give each file its media type, such as application/pdf."
    if file.content_id and not _CONTENT_ID.fullmatch(file.content_id):
        return "A content id has letters, digits, dots, - and @."
    if file.content_id and not words.html:
        return "A picture with a content id needs HTML that shows it."
    return None


def _check_time(send_at: datetime | None) -> None:
    if send_at is not None and send_at > clock.now() + LONGEST_AHEAD:
        raise LetterRefused("send_at", "Choose a time within 30 days.")
