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
