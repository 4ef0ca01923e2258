"""Addresses that can be written to and may still be of somebody else: taken as they are, and shown.

Nothing is corrected by itself: the mailbox of a stranger is one letter away from that of a patient.
"""

from functools import lru_cache

# Where people in the US have their mailboxes, long enough that one slip hardly makes another name.
MEANT = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "comcast.net",
    "verizon.net",
    "sbcglobal.net",
    "bellsouth.net",
    "protonmail.com",
    "optonline.net",
)
# One letter from one of those, and providers themselves.
THEIR_OWN = frozenset({"email.com", "mail.com", "ymail.com"})
# Of RFC 2142, and what practices call their desks.
SHARED = frozenset(
    {
        "abuse", "accounts", "admin", "appointments", "billing", "contact", "enquiries", "frontdesk",
        "help", "hello", "hostmaster", "hr", "info", "inquiries", "mail", "marketing", "no-reply",
        "noreply", "office", "postmaster", "reception", "sales", "security", "staff", "support",
        "team", "webmaster",
    }
)  # fmt: skip


def doubt(address: str) -> str | None:
    """Why a person should look at a normalized address before health details go to it."""
    local_part, _, domain = address.rpartition("@")
    if (meant := provider_meant(domain)) is not None:
        return f"Taken as it is. {domain} may be a slip for {meant}."
    if local_part.lower() in SHARED:
        return "Taken as it is. Such a mailbox is usually read by several people."
    return None


@lru_cache(maxsize=8_192)
def provider_meant(domain: str) -> str | None:
    """The provider whose name is one slip of the finger away."""
    if domain in MEANT or domain in THEIR_OWN:
        return None
    return next((meant for meant in MEANT if is_one_slip_from(domain, meant)), None)


def is_one_slip_from(written: str, meant: str) -> bool:
    """One letter too many, too few or wrong, or two neighbors swapped (Damerau 1964)."""
    same = 0
    while same < min(len(written), len(meant)) and written[same] == meant[same]:
        same += 1
    rest, wanted = written[same:], meant[same:]
    if len(rest) == len(wanted):
        swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
        return bool(rest) and (swapped or rest[1:] == wanted[1:])
    longer, shorter = sorted((rest, wanted), key=len, reverse=True)
    return longer[1:] == shorter
