"""What is looked at before a campaign goes out: what stops it, what its author should see."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from campaigns.content.problems import Problem
from compliance.dlp import Scan
from compliance.purposes import PURPOSE_RULES, Purpose, Remuneration

State = Literal["done", "warn", "block"]

# A figure about fewer people can point at one of them.
SMALL_AUDIENCE = 11


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list. `row` is the part of the campaign page where it is put right."""

    key: str
    state: State
    text: str
    row: str


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What the checks look at, gathered by `queries.readiness`."""

    purpose: Purpose
    remuneration: Remuneration
    agreement_in_force: bool
    permitted_purposes: frozenset[str]
    has_segment: bool
    sender_address: str | None
    sender_is_proven: bool
    postal_address: str
    content_problems: Sequence[Problem]
    fixed_text: Scan
    was_tested: bool
    planned_time_has_passed: bool
    planned_in_quiet_hours: bool
    same_day_campaigns: int = 0
    must_arrive: bool = False
    deadline_has_passed: bool = False
    audience: "AudienceFacts | None" = None


@dataclass(frozen=True, slots=True)
class AudienceFacts:
    """What one look at everybody found; `missing` counts people by the label of a field."""

    receive: int
    missing: dict[str, int] = field(default_factory=dict)


def checks(facts: CampaignFacts) -> list[Check]:
    """Every check with its outcome, in the order of the campaign page."""
    return [check for rule in RULES for check in rule(facts)]


def blocking(found: Sequence[Check]) -> list[Check]:
    return [check for check in found if check.state == "block"]


def _agreement(facts: CampaignFacts) -> Iterator[Check]:
    if not facts.agreement_in_force:
        yield Check(
            "agreement",
            "block",
            "A business associate agreement must be in force before anything is sent.",
            "agreement",
        )
    elif facts.purpose not in facts.permitted_purposes:
        label = facts.purpose.label.lower()
        yield Check(
            "agreement",
            "block",
            f"Your business associate agreement does not permit “{label}” mail.",
            "agreement",
        )
    else:
        yield Check("agreement", "done", "The agreement permits this purpose.", "agreement")


def _remuneration(facts: CampaignFacts) -> Iterator[Check]:
    if facts.remuneration in PURPOSE_RULES[facts.purpose].remuneration:
        yield Check(
            "pay", "done", "What is said about third-party pay fits the purpose.", "purpose"
        )
    elif facts.remuneration == Remuneration.UNSTATED:
        yield Check("pay", "block", "Say whether a third party pays for this message.", "purpose")
    else:
        yield Check("pay", "block", "The stated pay does not fit this purpose.", "purpose")


def _audience(facts: CampaignFacts) -> Iterator[Check]:
    if not facts.has_segment:
        yield Check("audience", "block", "Choose who receives it.", "audience")
    elif facts.audience is not None:
        yield from _counted(facts.audience)


def _counted(audience: AudienceFacts) -> Iterator[Check]:
    if audience.receive == 0:
        yield Check("audience", "block", "Nobody in this segment may receive it.", "audience")
    elif audience.receive < SMALL_AUDIENCE:
        few = f"Only {audience.receive} people receive it: results can point at one of them."
        yield Check("audience", "warn", few, "audience")
    else:
        yield Check("audience", "done", "The audience is large enough.", "audience")
    for label, people in sorted(audience.missing.items()):
        words = (
            f"1 person has no {label} and reads"
            if people == 1
            else (f"{people:,} people have no {label} and read")
        )
        yield Check("missing", "warn", f"{words} the fallback.", "content")


def _sender(facts: CampaignFacts) -> Iterator[Check]:
    if facts.sender_address is None:
        yield Check("sender", "block", "Choose a sender.", "sender")
    elif not facts.sender_is_proven:
        sentence = (
            "The domain of the sender is not proven today: its DNS records are missing or old."
        )
        yield Check("sender", "block", sentence, "sender")
    else:
        yield Check("sender", "done", "SPF, DKIM and DMARC are in place.", "sender")


def _content(facts: CampaignFacts) -> Iterator[Check]:
    for problem in facts.content_problems:
        is_subject = problem.where in ("subject", "preheader")
        yield Check(
            "content", problem.severity, problem.message, "subject" if is_subject else "content"
        )
    if not any(problem.severity == "block" for problem in facts.content_problems):
        sentence = "Links, pictures and fields are in order, and there is a text part."
        yield Check("content", "done", sentence, "content")


def _exposed_words(facts: CampaignFacts) -> Iterator[Check]:
    places = sorted({finding.place.label.lower() for finding in facts.fixed_text.blocking})
    for place in places:
        sentence = f"The {place} tells of health, and it can be read on the way. Reword it."
        yield Check("exposed", "block", sentence, "subject")
    if not places:
        yield Check("exposed", "done", "Nothing about health in the subject.", "subject")


def _postal_address(facts: CampaignFacts) -> Iterator[Check]:
    if facts.postal_address:
        yield Check("address", "done", "Postal address and unsubscribe are in place.", "brand")
    elif PURPOSE_RULES[facts.purpose].is_discretionary:
        sentence = "Add your postal address: mail that people may refuse must show it."
        yield Check("address", "block", sentence, "brand")
    else:
        yield Check("address", "warn", "The footer has no postal address yet.", "brand")


def _test(facts: CampaignFacts) -> Iterator[Check]:
    if facts.was_tested:
        yield Check("test", "done", "This content was tested.", "test")
    else:
        yield Check("test", "warn", "Nobody has seen this content in a mailbox yet.", "test")


def _timing(facts: CampaignFacts) -> Iterator[Check]:
    if facts.planned_time_has_passed:
        sentence = "The planned time has passed. Choose one in the future."
        yield Check("planned", "block", sentence, "timing")
    if facts.planned_in_quiet_hours:
        yield Check(
            "quiet", "warn", "It starts in your quiet hours, and waits for their end.", "timing"
        )
    if facts.same_day_campaigns:
        others = facts.same_day_campaigns
        words = "Another campaign goes" if others == 1 else f"{others} other campaigns go"
        yield Check("overlap", "warn", f"{words} out on the same day.", "timing")


def _arrival(facts: CampaignFacts) -> Iterator[Check]:
    if facts.must_arrive and PURPOSE_RULES[facts.purpose].is_discretionary:
        sentence = "Only mail about care or payment can be marked as having to arrive."
        yield Check("arrival", "block", sentence, "arrival")
    elif facts.deadline_has_passed:
        sentence = "The time by which it must arrive is over before it leaves."
        yield Check("deadline", "block", sentence, "arrival")


RULES: tuple[Callable[[CampaignFacts], Iterator[Check]], ...] = (
    _agreement, _audience, _sender, _exposed_words, _content, _remuneration, _postal_address,
    _timing, _arrival, _test,
)  # fmt: skip
