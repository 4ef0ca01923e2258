"""One form for an e-mail address and for a phone number, so that equal ones look equal."""

import re
import unicodedata

import idna

from tenancy.local_parts import spelled_plainly

# RFC 5321 4.5.3.1: octets of a local part, and of a path without its angle brackets.
LOCAL_PART_LIMIT = 64
ADDRESS_LIMIT = 254

_ATOM = r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ASCII_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_SEVERAL = re.compile(r"[\s,;]")

E164_DIGITS = range(8, 16)
_PHONE_DRESSING = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]")


class AddressError(ValueError):
    """The address cannot be used; the message says why, without repeating it."""


def normalize_email(written: str) -> str:
    """The address with its domain in IDNA2008 A-labels, the local part as it was written.

    Letters outside ASCII before the @ take their composed form (RFC 6532 3.1); mail goes there
    where every server on the way knows SMTPUTF8. Raises AddressError.
    """
    address = written.strip()
    local_part, at, domain = address.rpartition("@")
    if not at:
        raise AddressError("The email address has no @.")
    if _SEVERAL.search(address):
        raise AddressError("The cell holds more than one email address, or a space.")
    local_part = unicodedata.normalize("NFC", local_part)
    if not _LOCAL_PART.fullmatch(spelled_plainly(local_part)):
        raise AddressError("The part before the @ has a typing error.")
    normal = f"{local_part}@{normalize_domain(domain)}"
    if len(local_part.encode()) > LOCAL_PART_LIMIT or len(normal.encode()) > ADDRESS_LIMIT:
        raise AddressError("The email address is too long.")
    return normal


def normalize_domain(written: str) -> str:
    """The domain as DNS knows it: lower case, A-labels. Raises AddressError."""
    domain = written.lower()
    if not domain.isascii() or "xn--" in domain:
        try:
            domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
        except idna.IDNAError as error:
            raise AddressError("The part after the @ is not a valid domain.") from error
    if not _ASCII_DOMAIN.fullmatch(domain):
        raise AddressError("The part after the @ is not a valid domain.")
    return domain


def email_lookup(address: str) -> str:
    """What two spellings of one mailbox share; no host in practice tells upper from lower case."""
    return address.strip().lower()


def normalize_phone(written: str) -> str:
    """The number as E.164; ten digits without a country are North American.

    Raises AddressError.
    """
    bare = _PHONE_DRESSING.sub("", written)
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    digits = bare.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise AddressError("The phone number has letters or signs in it.")
    if bare.startswith("+"):
        if len(digits) not in E164_DIGITS or digits.startswith("0"):
            raise AddressError("The phone number has too few or too many digits.")
        return bare
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    if len(digits) == 10:
        return f"+1{digits}"
    raise AddressError("The phone number needs its country code, as in +44 20 7946 0000.")
