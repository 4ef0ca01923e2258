"""Which numbers may get a code, and what a page says of one."""

import re
from collections.abc import Collection

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

# SP 800-63B-4 3.1.3.3: a number stands for a device. Other kinds take no texts, cost the caller more, or
# are read on a web page, like those of VoIP.
TEXTABLE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
SHOWN_DIGITS = 2
# The library reads addresses of several kinds, and ours are numbers alone.
SHAPE = re.compile(r"\+[0-9 ()./-]{7,30}")


class NumberRefused(ValueError):
    """No text goes there. Does not repeat the number."""


def textable(written: str, countries: Collection[str]) -> str:
    """The number as E.164. Raises NumberRefused.

    A country is more than its prefix: +1 leads to twenty of them, at prices of their own.
    """
    if not SHAPE.fullmatch(written):
        raise NumberRefused("This is no phone number.")
    try:
        number = phonenumbers.parse(written)
    except NumberParseException:
        raise NumberRefused("This is no phone number.") from None
    if not phonenumbers.is_valid_number(number):
        raise NumberRefused("This is no phone number.")
    if phonenumbers.region_code_for_number(number) not in countries:
        raise NumberRefused("No texts go to this country.")
    if phonenumbers.number_type(number) not in TEXTABLE:
        raise NumberRefused("This kind of number takes no texts.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def ending(number: str) -> str:
    """Enough to tell one's own phones apart, and nobody else's."""
    return number[-SHOWN_DIGITS:]
