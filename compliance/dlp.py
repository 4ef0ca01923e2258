"""Data loss prevention: what a message shows, and where.

Fixed text is scanned once per version of a campaign, rendered values with their surroundings for
each message: ten expressions over 29 kB would cost ten times the message itself. A finding raises
the sensitivity of the message; in a place that is read outside the protected body it blocks.
Findings hold positions, never the text.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from django.db.models import TextChoices

from compliance.detectors import Detector, find, find_across
from compliance.facts import Sensitivity


class Place(TextChoices):
    SUBJECT = "subject", "Subject"
    PREHEADER = "preheader", "Preheader"
    SENDER_NAME = "sender_name", "Sender name"
    HEADER = "header", "Header"
    LINK = "link", "Link"
    FILE_NAME = "file_name", "File name"
    ALT_TEXT = "alt_text", "Image description"
    BODY = "body", "Text"


# Shown in inbox lists and on lock screens, or kept in the logs of servers on the way.
EXPOSED = frozenset(
    {
        Place.SUBJECT,
        Place.PREHEADER,
        Place.SENDER_NAME,
        Place.HEADER,
        Place.LINK,
        Place.FILE_NAME,
    }
)

RAISES_TO = {
    Detector.SSN: Sensitivity.S2,
    Detector.MRN: Sensitivity.S2,
    Detector.BIRTH_DATE: Sensitivity.S2,
    Detector.PHONE: Sensitivity.S1,
    Detector.EMAIL: Sensitivity.S1,
    Detector.DIAGNOSIS_CODE: Sensitivity.S2,
    Detector.CARD: Sensitivity.S2,
    Detector.HEALTH_TERM: Sensitivity.S2,
    Detector.SPECIAL_TERM: Sensitivity.S3,
}

# In text that is the same for everybody these are the clinic's own.
_CONTACT_DETAILS = frozenset({Detector.PHONE, Detector.EMAIL})

# How much fixed text on each side of a value can change what the value means ("MRN: 0042311").
SURROUNDINGS = 48


class Finding(NamedTuple):
    detector: Detector
    place: Place
    start: int
    end: int

    @property
    def blocks(self) -> bool:
        return self.place in EXPOSED


class Scan(NamedTuple):
    findings: tuple[Finding, ...]

    @property
    def sensitivity(self) -> Sensitivity:
        """The least protection that the text needs; it only ever raises what the author stated."""
        levels = (RAISES_TO[finding.detector] for finding in self.findings)
        return max(levels, default=Sensitivity.S0)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.blocks)


class RenderedValue(NamedTuple):
    """A merged value between the ends of the fixed text around it (`SURROUNDINGS` each)."""

    place: Place
    before: str
    value: str
    after: str


# Each means nothing by itself, and something behind the right word.
_MEANINGLESS = ("00423110", "123456789", "03/04/1961", "e11")


@lru_cache(maxsize=1024)
def is_label(name: str) -> bool:
    """Whether a number behind this name of a field would be a finding: mrn, dob."""
    return any(True for number in _MEANINGLESS for _ in find(f"{name}: {number}"))


def scan_fixed(parts: Iterable[tuple[Place, str]]) -> Scan:
    """What the text that everybody gets shows; a clinic's own phone and email do not count."""
    return Scan(
        tuple(
            Finding(hit.detector, place, hit.start, hit.end)
            for place, text in parts
            for hit in find(text)
            if hit.detector not in _CONTACT_DETAILS
        )
    )


class Scanner:
    """`scan` for messages that share many values (a city, a plan): each is looked at once.

    It remembers the values themselves: keep it for a batch, and no longer.
    """

    def __init__(self) -> None:
        self._known: dict[RenderedValue, tuple[Finding, ...]] = {}

    def scan(self, values: Iterable[RenderedValue]) -> Scan:
        """What the merged values of one message show; positions count from the start of the value."""
        return Scan(tuple(finding for value in values for finding in self._findings(value)))

    def _findings(self, value: RenderedValue) -> tuple[Finding, ...]:
        known = self._known.get(value)
        if known is None:
            place = value.place
            hits = find_across(value.before, value.value, value.after)
            known = tuple(Finding(hit.detector, place, hit.start, hit.end) for hit in hits)
            self._known[value] = known
        return known


def scan_values(values: Iterable[RenderedValue]) -> Scan:
    """The same for one message alone."""
    return Scanner().scan(values)
