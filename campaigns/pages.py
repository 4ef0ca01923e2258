"""What the pages of campaigns show, in words."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.display import to_the_minute
from campaigns.compilation import subject_text
from campaigns.content.exposure import RESERVED
from campaigns.content.model import each_block, read_content
from campaigns.content.problems import ContentRefused
from campaigns.forms import ROWS, RowForm
from campaigns.merge.fields import MergeField, Schema
from campaigns.merge.language import MergeError, parse
from campaigns.models import Approval, Campaign
from campaigns.queries import writing
from campaigns.queries.audience import Audience
from campaigns.readiness import Check
from compliance import queries as compliance
from compliance.purposes import PURPOSE_RULES, Purpose

BRACES = re.compile(r"\{[{%](.*?)(?:[%}]\}|$)", re.DOTALL)
WORD = re.compile(r"\w+")
TITLES = {
    "name": "Name",
    "audience": "Audience",
    "sender": "Sender",
    "subject": "Subject",
    "content": "Content",
    "purpose": "Purpose",
    "protection": "Protection",
    "timing": "Timing",
    "arrival": "Must arrive",
    "counting": "Counting",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the checklist. `form` is there while the line is being changed."""

    key: str
    title: str
    state: str
    value: str
    note: str
    checks: Sequence[Check]
    form: RowForm | None


def rows(
    campaign: Campaign, checks: Sequence[Check], *, editing: str = "", form: RowForm | None = None
) -> list[Row]:
    """The checklist; the row named `editing` shows its form. The heading is the name's own row."""
    if editing in ROWS and form is None:
        form = ROWS[editing].of(campaign)
    return [
        Row(
            key=key,
            title=title,
            state=_state([check for check in checks if check.row == key]),
            value=VALUES[key](campaign),
            note=NOTES[key](campaign) if key in NOTES else "",
            checks=[one for one in checks if one.row == key and one.state != "done"],
            form=form if key == editing else None,
        )
        for key, title in TITLES.items()
        if key != "name" or editing == "name"
    ]


def _state(checks: Sequence[Check]) -> str:
    states = {check.state for check in checks}
    return next((state for state in ("block", "warn") if state in states), "done")


def _sender(campaign: Campaign) -> str:
    sender = campaign.sender
    return f"{sender.display_name}, {sender.address}" if sender else "Nobody chosen yet"


def subject_line(campaign: Campaign) -> str:
    """The subject as it lands in an inbox; as it was written while it cannot be read."""
    written = str(campaign.content.get("subject", ""))
    try:
        program = parse(written, writing.schema()).program
    except MergeError:
        return written
    letterhead = writing.letterhead(counts_clicks=False, counts_opens=False)
    return subject_text(program, {"organization": letterhead.organization})


def _content(campaign: Campaign) -> str:
    content = read_content(campaign.content)
    if content.mjml is not None:
        return f"Raw MJML, version {campaign.version}"
    blocks = sum(1 for _ in each_block(content.blocks))
    words = "1 block" if blocks == 1 else f"{blocks} blocks"
    return f"{words} and a locked footer, version {campaign.version}"


def _protection(campaign: Campaign) -> str:
    way = campaign.get_protection_display()
    return f"{way}. {campaign.get_label_display()}" if campaign.label else way


def _timing(campaign: Campaign) -> str:
    if campaign.start == Campaign.Start.AT_TIME:
        return "At the planned time, once it is approved"
    return campaign.get_start_display()


def _arrival(campaign: Campaign) -> str:
    if campaign.arrives_by is not None:
        zone = timezone.get_current_timezone()
        return f"By {to_the_minute(campaign.arrives_by, zone)}"
    hours = campaign.arrives_within_hours
    if hours is None:
        return "No: a report says who was not reached"
    return f"Within {hours:,} hour{'' if hours == 1 else 's'} of leaving"


def _counting(campaign: Campaign) -> str:
    clicks = "Clicks yes" if campaign.counts_clicks else "Clicks no"
    return f"{clicks}, openings {'yes' if campaign.counts_opens else 'no'}"


VALUES: dict[str, Callable[[Campaign], str]] = {
    "name": lambda campaign: campaign.name,
    "audience": lambda campaign: campaign.segment.name if campaign.segment else "Nobody chosen yet",
    "sender": _sender,
    "subject": lambda campaign: subject_line(campaign) or "No subject yet",
    "content": _content,
    "purpose": lambda campaign: campaign.get_purpose_display(),
    "protection": _protection,
    "timing": _timing,
    "arrival": _arrival,
    "counting": _counting,
}


def _counting_note(_campaign: Campaign) -> str:
    where = compliance.policy().get_counting_up_to_display()
    return f"Your policy: {where[0].lower()}{where[1:]}. Never of people who said no."


ARRIVAL = (
    "After that the ways of your policy are tried, and then staff is asked to reach the person."
)
NOTES: dict[str, Callable[[Campaign], str]] = {
    "subject": lambda campaign: campaign.content.get("preheader", ""),
    "purpose": lambda campaign: PURPOSE_RULES[Purpose(campaign.purpose)].summary,
    "counting": _counting_note,
    "arrival": lambda campaign: (
        ARRIVAL if campaign.arrives_by or campaign.arrives_within_hours else ""
    ),
    "protection": lambda _: "Looked at again for each person at the moment of sending.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the waterfall. `x` and `width` are percent of the segment."""

    words: str
    count: int
    x: str
    width: str


def waterfall(audience: Audience) -> list[Step]:
    """Who is left out, and for which reason, in the order of size."""
    left, total = audience.in_segment, audience.in_segment or 1
    steps = []
    for reason, count in audience.excluded.most_common():
        left -= count
        x, width = 100 * left / total, 100 * count / total
        steps.append(Step(str(reason.label), count, f"{x:.2f}%", f"{width:.2f}%"))
    return steps


@dataclass(frozen=True, slots=True)
class PhiMeter:
    """The fields that content uses, by how much they say about a patient."""

    special: list[MergeField]
    phi: list[MergeField]
    limited: list[MergeField]
    none: list[MergeField]

    @property
    def words(self) -> str:
        counted = [(self.special, "special"), (self.phi, "clinical"), (self.limited, "limited")]
        said = [f"{len(fields)} {words}" for fields, words in counted if fields]
        return ", ".join(said) or "No PHI fields"

    @property
    def phi_class(self) -> str:
        levels = ((self.special, "special"), (self.phi, "phi"), (self.limited, "limited"))
        return next((name for fields, name in levels if fields), "none")


def named_in(part: object) -> Iterator[str]:
    """Every word of each condition, and within braces: those of fields are among them."""
    if isinstance(part, str):
        for inner in BRACES.findall(part):
            yield from WORD.findall(inner)
    elif isinstance(part, Mapping):
        yield from WORD.findall(str(part.get("show_if", "")))
        for each in part.values():
            yield from named_in(each)
    elif isinstance(part, Sequence):
        for each in part:
            yield from named_in(each)


def phi_meter(document: dict[str, object], schema: Schema) -> PhiMeter:
    """From the compiled content; while it cannot be compiled, every field that it seems to name."""
    try:
        used = writing.compiled_for_preview(document).fields - RESERVED
    except ContentRefused:
        used = frozenset(named_in(document)) & schema.keys()
    fields = [schema[key] for key in sorted(used)]
    classes = ("special", "phi", "limited", "none")
    return PhiMeter(*([one for one in fields if one.phi_class == name] for name in classes))


def approval_words(approval: Approval | None) -> str:
    """Where the approval stands, in one sentence."""
    if approval is None or (approval.voided_at and not approval.decision):
        return "Not asked yet"
    if approval.voided_at:
        return "Must be asked again: something changed"
    if not approval.decision:
        return "Waits for a decision"
    if approval.decision == Approval.Decision.REFUSED:
        return "Sent back"
    return "Approved" if approval.is_in_force() else "Expired"
