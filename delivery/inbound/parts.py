"""The parts of a mail, read in one pass with bounds on everything.

The library's parser follows each nesting into another call and each oddity into a repair; what comes
back is written by anybody. Here a part too many, too deep or too long is left out.
"""

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

READ_BYTES = 1_000_000
HEADER_BYTES = 65_536
FIELDS = 400
DEPTH = 6
PARTS = 60
TEXT_BYTES = 200_000
LONGEST_WORDS = 2_000
# Python calls these encodings as well; some take long, and none is a charset of mails.
NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}

MEDIA_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60})", re.IGNORECASE)
PARAMETER = re.compile(
    r';\s*([a-z0-9_-]{1,40})\s*=\s*(?:"([^"\n]{0,1000})"|([^\s;"]{1,1000}))', re.IGNORECASE
)
FIELD_NAME = re.compile(r"[!-9;-~]{1,80}\Z")


@dataclass(frozen=True)
class Part:
    """A part that holds no others, or a whole mail inside the mail. Names of fields are lower case."""

    fields: Mapping[str, str]
    media_type: str
    parameters: Mapping[str, str]
    body: bytes
    depth: int

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding, as far as it can be read."""
        match self.fields.get("content-transfer-encoding", "").strip().lower():
            case "base64":
                return _base64(self.body)
            case "quoted-printable":
                return quopri.decodestring(self.body)
        return self.body

    @property
    def text(self) -> str:
        """In Unicode, as far as it is text."""
        return in_unicode(self.content[:TEXT_BYTES], self.parameters.get("charset", "utf-8"))

    @property
    def is_attached(self) -> bool:
        """A file, and nothing to be read where it stands."""
        return self.fields.get("content-disposition", "").strip().lower().startswith("attachment")


def parts_of(content: bytes) -> list[Part]:
    """The mail's parts in order; the first holds the fields of the mail itself and no body."""
    lines = content[:READ_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: list[Part] = []
    fields, _ = _split(lines)
    found.append(Part(fields, *_type_of(fields), b"", 0))
    for part in _leaves(lines, 0):
        if len(found) > PARTS:
            break
        found.append(part)
    return found


def fields_of(block: bytes) -> dict[str, str]:
    """Header fields by lower-case name, unfolded; of two with one name the first counts."""
    fields: dict[str, str] = {}
    name = ""
    for line in block[:HEADER_BYTES].decode("utf-8", "replace").split("\n")[:FIELDS]:
        if line[:1] in {" ", "\t"}:
            if name:
                fields[name] += " " + line.strip()
            continue
        label, colon, value = line.partition(":")
        name = ""
        if colon and FIELD_NAME.match(label.rstrip()) and label.rstrip().lower() not in fields:
            name = label.rstrip().lower()
            fields[name] = value.strip()
    return fields


def in_unicode(content: bytes, charset: str) -> str:
    """Read as UTF-8 where the charset is none; half a character, which no database takes, becomes "?"."""
    try:
        codec = codecs.lookup(charset)
        text = content.decode("utf-8" if codec.name in NO_CHARSETS else codec.name, "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode()


def words_of(value: str) -> str:
    """A header text with its encoded words read (RFC 2047)."""
    pieces = []
    try:
        for piece, charset in decode_header(value[:LONGEST_WORDS]):
            raw = piece.encode("utf-8", "replace") if isinstance(piece, str) else piece
            pieces.append(in_unicode(raw, charset or "utf-8"))
    except (ValueError, HeaderParseError):
        return value[:LONGEST_WORDS]
    return " ".join("".join(pieces).split())


def _leaves(block: bytes, depth: int) -> Iterator[Part]:
    fields, body = _split(block)
    media_type, parameters = _type_of(fields)
    boundary = parameters.get("boundary", "")
    if not media_type.startswith("multipart/") or not boundary or depth >= DEPTH:
        yield Part(fields, media_type, parameters, body, depth)
        return
    for inner in _between(body, b"--" + boundary.encode("utf-8", "replace")):
        yield from _leaves(inner, depth + 1)


def _between(body: bytes, mark: bytes) -> Iterator[bytes]:
    """What stands between the lines of the boundary; a missing last one is forgiven."""
    pieces = (b"\n" + body).split(b"\n" + mark)
    for piece in pieces[1 : PARTS + 1]:
        if piece.startswith(b"--"):
            return
        _, _, inner = piece.partition(b"\n")
        yield inner


def _split(block: bytes) -> tuple[dict[str, str], bytes]:
    if block.startswith(b"\n"):
        return {}, block[1:]
    head, _, body = block.partition(b"\n\n")
    return fields_of(head), body


def _type_of(fields: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    value = fields.get("content-type", "")
    media_type = MEDIA_TYPE.match(value)
    if media_type is None:
        return "text/plain", {}
    parameters = {
        name.lower(): quoted or bare
        for name, quoted, bare in PARAMETER.findall(value[: 2 * LONGEST_WORDS])
    }
    return media_type[1].lower(), parameters


def _base64(body: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    # One letter beyond a group of four holds no whole byte; two or three do.
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    try:
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        return b""
