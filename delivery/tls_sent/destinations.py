"""Where a domain wants to be told: its record at _smtp._tls (RFC 8460 3). Pure."""

from collections.abc import Iterable

MOST = 3
LONGEST = 500


def asked_for(texts: Iterable[str]) -> list[str]:
    """The addresses to report to, as the domain ranks them; none unless exactly one record says so."""
    records = [text for text in texts if text.replace(" ", "").startswith("v=TLSRPTv1;")]
    if len(records) != 1:
        return []
    fields = {
        name.strip(): value.strip()
        for name, equals, value in (part.partition("=") for part in records[0].split(";"))
        if equals
    }
    found = [uri.strip() for uri in fields.get("rua", "").split(",")]
    return [uri for uri in found if _is_usable(uri)][:MOST]


def _is_usable(uri: str) -> bool:
    known = uri.startswith("https://") or (uri.startswith("mailto:") and "@" in uri)
    return known and len(uri) <= LONGEST and uri.isascii() and uri.isprintable()
