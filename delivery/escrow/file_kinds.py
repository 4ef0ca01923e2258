"""Files that pass through the portal, either way: what clinics and people send each other, and nothing that runs."""

# Media type, and how a name of it ends. None of these is shown by a browser as a page with scripts.
KINDS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/webp": "webp",
    "image/tiff": "tiff",
    "application/dicom": "dcm",
    "text/plain": "txt",
    "text/csv": "csv",
    "text/calendar": "ics",
    "application/rtf": "rtf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
LARGEST = 25 * 1024 * 1024  # of all files of a message, or of a reply


def is_known(media_type: str) -> bool:
    return media_type in KINDS


# How files of each kind begin. What a browser or a name says about a file is only what somebody claims.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf1", "application/rtf"),
)
_AT_EIGHT = {b"WEBP": "image/webp"}
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1")
_PACKED = {KINDS[kind]: kind for kind in KINDS if "officedocument" in kind or "oasis" in kind}
_TEXTS = {"txt": "text/plain", "csv": "text/csv", "ics": "text/calendar"}


def kind_of(name: str, content: bytes) -> str:
    """The media type by what the file holds; empty if it is none that is taken."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF" and content[8:12] in _AT_EIGHT:
        return _AT_EIGHT[content[8:12]]
    if content[4:12] in _HEIC:
        return "image/heic"
    if content[128:132] == b"DICM":
        return "application/dicom"
    ending = name.rpartition(".")[2].lower()
    if content.startswith(b"PK\x03\x04"):
        return _PACKED.get(ending, "")
    return _TEXTS.get(ending, "") if _is_text(content) else ""


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return "\0" not in text and not text.lstrip().startswith("<")
