"""What a letter shows of a patient, and where. It only ever raises what the system stated (DLP-02)."""

from collections.abc import Iterator
from html.parser import HTMLParser

from compliance import dlp
from compliance.dlp import Place, RenderedValue, Scan
from delivery.letters import markup
from delivery.letters.words import File, LetterRefused, Words

# The field that a finding in each place is about, and what to do about it.
_FIELDS = {
    Place.SUBJECT: ("subject", "The subject is read outside the protected message."),
    Place.SENDER_NAME: ("sender", "The sender's name is read outside the protected message."),
    Place.HEADER: ("headers", "Headers are read outside the protected message."),
    Place.LINK: ("html", "Servers on the way keep addresses of links."),
    Place.FILE_NAME: ("files", "Names of files are read outside the protected message."),
}
# How the clinic is reached stands in many letters, and says nothing about a patient.
_OWN_LINKS = ("mailto:", "tel:", "#", "cid:")


def scan(words: Words, files: tuple[File, ...]) -> Scan:
    """Raises LetterRefused if something that tells of a patient is where others read it."""
    found = dlp.scan_values(
        RenderedValue(place, "", text, "") for place, text in _parts(words, files)
    )
    for finding in found.blocking:
        field, why = _FIELDS[finding.place]
        raise LetterRefused(field, f"{finding.detector.label} {why} Take it out.")
    return found


def _parts(words: Words, files: tuple[File, ...]) -> Iterator[tuple[Place, str]]:
    yield Place.SUBJECT, words.subject
    yield Place.SENDER_NAME, words.sender.name
    if words.reply_to:
        yield Place.HEADER, words.reply_to.name
    for _, value in words.headers:
        yield Place.HEADER, value
    for file in files:
        yield Place.FILE_NAME, file.name
    yield Place.BODY, words.text
    if words.html:
        yield Place.BODY, markup.plain_text(words.html)
        reader = _Exposed()
        reader.feed(words.html)
        reader.close()
        yield from reader.parts


class _Exposed(HTMLParser):
    """Addresses, which servers on the way keep, and descriptions of pictures."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[Place, str]] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if not value or value.startswith(_OWN_LINKS):
                continue
            if name in ("href", "src", "background"):
                self.parts.append((Place.LINK, value))
            elif name in ("alt", "title"):
                self.parts.append((Place.ALT_TEXT, value))
