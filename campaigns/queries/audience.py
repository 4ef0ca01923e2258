"""Who would receive a campaign: the segment, person by person, before the send gate.

Delivery freezes the audience from the same verdicts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.conf import settings
from django.utils.module_loading import import_string

from campaigns.compilation import Compiled
from campaigns.content.exposure import RESERVED
from campaigns.content.model import read_content
from campaigns.content.problems import ContentRefused
from campaigns.forecast import Expectation, Forecast, Mailbox, forecast
from campaigns.merge.fields import PHI_CLASSES
from campaigns.merge.filters import is_missing
from campaigns.merge.tree import mentioned, shown_values
from campaigns.models import Campaign
from campaigns.queries import writing
from campaigns.readiness import AudienceFacts
from campaigns.rendering import values_of
from compliance import queries as compliance
from compliance.facts import (
    Fallback,
    GateFacts,
    Outcome,
    Reason,
    SendingFacts,
    Sensitivity,
    Verdict,
)
from compliance.gate import RULES, decide
from contacts.queries import Person, person_facts
from segments import queries as segments
from segments.rules import phi_classes

BATCH_SIZE = 2_000
SEVERITY = {rule.reason: rule.outcome for rule in RULES}


@dataclass(slots=True)
class Audience:
    """What one look at everybody in the segment found. People count under their first reason."""

    fallback: Fallback
    in_segment: int = 0
    receive: int = 0
    excluded: Counter[Reason] = field(default_factory=Counter)
    by_portal: Counter[Reason | None] = field(default_factory=Counter)
    # Of those whom the gate allows email.
    forecast: Forecast = field(default_factory=Forecast)
    missing: Counter[str] = field(default_factory=Counter)

    @property
    def by_tls(self) -> int:
        return self.forecast.verified.total()

    @property
    def unverified(self) -> int:
        return self.forecast.harmless + self.forecast.asked

    @property
    def unproven(self) -> int:
        """Their server is below what the policy asks for, so its fallback decides."""
        return self.forecast.below.total()

    @property
    def portal(self) -> int:
        falls_back = self.unproven if self.fallback is Fallback.PORTAL else 0
        return self.by_portal.total() + falls_back

    def facts(self) -> AudienceFacts:
        labels = {key: field.label.lower() for key, field in writing.schema().items()}
        missing = {labels[key]: people for key, people in self.missing.items()}
        return AudienceFacts(receive=self.receive, missing=missing)


def sending_facts(campaign: Campaign, *, is_approved: bool) -> SendingFacts:
    """The gate's half of the facts that everybody in the campaign shares."""
    return compliance.sending_facts(
        campaign.purpose,
        sensitivity=sensitivity(campaign),
        remuneration=campaign.remuneration,
        is_approved=is_approved,
    )


def sensitivity(campaign: Campaign) -> Sensitivity:
    """That of the campaign as it stands; S2 at least while its content cannot be compiled."""
    try:
        return sensitivity_with(campaign, writing.compiled(campaign).sensitivity)
    except ContentRefused:
        return sensitivity_with(campaign, Sensitivity.S2)


def sensitivity_with(campaign: Campaign, of_fields: Sensitivity) -> Sensitivity:
    """What fields, fixed words, the audience's own rule and its author's label make of it.

    Being in the audience tells what it was chosen by.
    """
    known = [
        Sensitivity(campaign.label),
        of_fields,
        writing.fixed_text(read_content(campaign.content)).sensitivity,
    ]
    if campaign.segment is not None:
        classes = phi_classes(segments.rule_of(campaign.segment))
        known += [Sensitivity(PHI_CLASSES.index(each)) for each in classes]
    return max(known)


def verdicts(campaign: Campaign, sending: SendingFacts) -> Iterator[tuple[Person, Verdict]]:
    """Everybody in the segment today, with what the gate says. Raises RuleInvalid."""
    if campaign.segment is None:
        return
    people = segments.matching(segments.rule_of(campaign.segment))
    while batch := list(islice(people, BATCH_SIZE)):
        facts = person_facts(batch)
        for person in batch:
            yield person, decide(GateFacts(sending, facts[person.contact_id]))


def look(campaign: Campaign) -> Audience:
    """The audience as it would be now, if the campaign were approved. Raises RuleInvalid."""
    wanted = _shown_fields(campaign)
    sending = sending_facts(campaign, is_approved=True)
    found = Audience(sending.fallback)
    everybody_by_portal = campaign.protection == Campaign.Protection.PORTAL
    mailboxes: Counter[Mailbox] = Counter()
    for person, verdict in verdicts(campaign, sending):
        found.in_segment += 1
        if verdict.outcome is Outcome.DENY:
            found.excluded[_deciding(verdict)] += 1
            continue
        found.receive += 1
        if verdict.outcome is Outcome.PORTAL:
            found.by_portal[_deciding(verdict)] += 1
        elif everybody_by_portal:
            found.by_portal[None] += 1
        else:
            mailboxes[_mailbox(person, verdict)] += 1
        values = values_of(person.identity, person.attributes)
        found.missing.update(key for key in wanted if is_missing(values.get(key)))
    found.forecast = forecast(mailboxes, _expected({mailbox.domain for mailbox in mailboxes}))
    return found


def _mailbox(person: Person, verdict: Verdict) -> Mailbox:
    domain = str(person.identity.get("email", "")).rpartition("@")[2]
    accepted = verdict.accepts.level if verdict.accepts else None
    return Mailbox(domain, verdict.required_level, accepted)


def _expected(domains: Iterable[str]) -> Mapping[str, Expectation]:
    """What their servers are likely to prove. Delivery, an upper app, learns it and is asked by name."""
    ask: Callable[[Iterable[str]], Mapping[str, Expectation]] = import_string(
        settings.CAMPAIGNS_EXPECTED_OF_DOMAINS
    )
    return ask(domains)


def _deciding(verdict: Verdict) -> Reason:
    """The first reason that is as severe as the verdict itself."""
    return next(reason for reason in verdict.reasons if SEVERITY[reason] is verdict.outcome)


def _shown_fields(campaign: Campaign) -> Sequence[str]:
    """Fields that everybody's message shows, so that a person without a value reads a fallback."""
    try:
        compiled: Compiled = writing.compiled(campaign)
    except ContentRefused:
        return ()
    steps = (*compiled.subject, *compiled.html)
    keys = {
        key
        for expression, asked in shown_values(steps)
        for key in set(mentioned(expression)) - asked
    }
    return sorted(keys - RESERVED)
