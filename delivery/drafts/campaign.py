"""Drafts of campaign messages: the gate asked again, the values looked at, the patient's own links."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from cryptography.x509 import Certificate

from audit import services as audit
from audit.services import SYSTEM
from campaigns.compilation import Compiled, Rendered, subject_text
from campaigns.content.problems import ContentRefused
from campaigns.merge.fields import LINK_FIELDS
from campaigns.models import Campaign
from campaigns.queries import writing
from campaigns.rendering import values_of
from campaigns.services import sending
from compliance import dlp
from compliance.dlp import Place, RenderedValue
from compliance.facts import GateFacts, PersonFacts, Reason, SendingFacts, Verdict
from compliance.gate import decide, may_count
from compliance.purposes import PURPOSE_RULES, Purpose
from contacts import queries as contacts
from contacts import tokens
from contacts.fields import Value
from contacts.queries import Person
from delivery import audience, fates, unsubscribe
from delivery.drafts.draft import Draft, Letterhead
from delivery.drafts.letterheads import letterhead_of
from delivery.fates import Claimed
from delivery.inbound.tokens import reply_address
from delivery.routes import Route, Way
from delivery.services import postures
from delivery.services.recording import Result
from delivery.tracking import tables
from delivery.tracking.tokens import Marker, marker
from delivery.unsubscribe import Signer
from segments.parsing import RuleInvalid
from tenancy import clock
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

# How soon a message that may not go yet is looked at again, when nothing says how long it takes.
LOOK_AGAIN = timedelta(minutes=15)
# How old the gate's facts about a campaign may be when a message is drafted.
GOOD_FOR = timedelta(seconds=1)
# The part of Feedback-ID by which Gmail's reports know all of our mail; before it stand campaign,
# workspace and kind, which say nothing to anybody else.
FEEDBACK_SENDER = "sealpost"
OWN_LINKS = frozenset(field.key for field in LINK_FIELDS)

# By the cause of a message: values of its person that are newer than what is on file.
Given = Mapping[UUID, Mapping[str, Value]]


class Known(NamedTuple):
    """People, opened, with the gate's half of the facts for each."""

    people: Mapping[UUID, Person]
    facts: Mapping[UUID, PersonFacts]


@dataclass(frozen=True)
class Series:
    """What the messages of one campaign share."""

    campaign: Campaign
    compiled: Compiled
    facts: SendingFacts
    letterhead: Letterhead
    signer: Signer
    marker: Marker
    now: datetime
    local_now: datetime
    scanner: dlp.Scanner = field(default_factory=dlp.Scanner, repr=False, compare=False)


class CampaignDrafter:
    """Drafts for one worker: what a campaign's messages share is looked up once a second."""

    def __init__(self) -> None:
        self._series: dict[UUID, Series] = {}

    def __call__(self, messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
        """A draft for each message of one campaign that may still go, a fate for the others."""
        campaign_id = messages[0].cause_id
        series = self._series.get(campaign_id)
        if series is None or not timedelta(0) <= clock.now() - series.now < GOOD_FOR:
            series = _begun(campaign_id)
        if series is None:
            self._series.pop(campaign_id, None)
            yield from (Result(message, fates.released()) for message in messages)
            return
        self._series[campaign_id] = series
        yield from draft_series(messages, series)


def draft_campaign(messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    """The same once, with nothing remembered."""
    yield from CampaignDrafter()(messages)


def _begun(campaign_id: UUID) -> Series | None:
    """None for a campaign that cannot be read as it was approved: it is paused, and the log says why."""
    campaign = Campaign.objects.select_related("segment", "sender__domain").get(pk=campaign_id)
    try:
        return series_of(campaign)
    except (ContentRefused, RuleInvalid) as trouble:
        audit.record("campaign.not_drafted", actor=SYSTEM, on=campaign, reason=str(trouble))
        sending.pause(campaign, actor=SYSTEM)
        return None


def draft_series(
    messages: Sequence[Claimed],
    series: Series,
    given: Given | None = None,
    known: Known | None = None,
) -> Iterator[Draft | Result]:
    """The same for messages that are known to be of one series, to the people as they are `known`."""
    if series.facts.sensitivity <= series.facts.policy.counting_up_to:
        tables.keep(series.campaign, series.compiled.links)
    if not series.campaign.sender.domain.may_send(series.now):
        until = series.now + LOOK_AGAIN
        yield from (
            Result(message, fates.waiting("sender_not_proven", until=until)) for message in messages
        )
        return
    people, facts = known or known_people(messages)
    certificates = contacts.certificates_of(people.values()) if series.letterhead.seal else {}
    for message in messages:
        person = people.get(message.contact_id)
        if person is None:
            yield Result(message, fates.canceled("person_erased"))
        else:
            told = given.get(message.cause_id) if given else None
            shown = person._replace(identity={**person.identity, **told}) if told else person
            certificate = certificates.get(message.contact_id)
            yield _drafted(message, shown, facts[person.contact_id], series, certificate)


def known_people(messages: Sequence[Claimed]) -> Known:
    """Whom the messages are for, as they are on file."""
    people = {p.contact_id: p for p in contacts.people([m.contact_id for m in messages])}
    return Known(people, contacts.person_facts(list(people.values())))


def series_of(campaign: Campaign) -> Series:
    """Raises ContentRefused or RuleInvalid if what was approved cannot be read any more."""
    if campaign.sender is None:
        raise ValueError("a campaign without a sender has begun")
    compiled = _compiled(current_tenant_id(), campaign.pk, campaign.content_hash)
    now = clock.now()
    return Series(
        campaign,
        compiled,
        audience.sending_facts(campaign, compiled),
        letterhead_of(campaign.sender),
        unsubscribe.signer(),
        marker(current_tenant_id(), tables.reference_of(campaign.pk, compiled.links)),
        now,
        audience.local_time(now),
    )


@lru_cache(maxsize=64)
def _compiled(_tenant_id: UUID, campaign_id: UUID, _content_hash: str) -> Compiled:
    """Compiled once for all slices. The hash covers everything that goes into it."""
    return writing.compiled(Campaign.objects.get(pk=campaign_id))


@lru_cache(maxsize=64)
def _uncounted(_tenant_id: UUID, campaign_id: UUID, _content_hash: str) -> Compiled:
    return writing.compiled_uncounted(Campaign.objects.get(pk=campaign_id))


def _drafted(
    message: Claimed,
    person: Person,
    facts: PersonFacts,
    series: Series,
    certificate: Certificate | None,
) -> Draft | Result:
    values = {**values_of(person.identity, person.attributes), **_links(message, person, series)}
    scan = series.scanner.scan(shown_values(values, series.compiled))
    address = str(person.identity.get("email") or "")
    if scan.blocking:
        return Result(message, fates.unsendable("dlp_blocked"), address)
    sending = replace(series.facts, sensitivity=max(series.facts.sensitivity, scan.sensitivity))
    standing = replace(facts, local_time=series.local_now.time())
    asked = GateFacts(sending, standing)
    verdict = decide(asked)
    route = _route(asked, verdict, series, address, can_encrypt=certificate is not None)
    if route.way is Way.NOWHERE:
        return Result(message, fates.skipped(verdict), address)
    if route.way is Way.WAIT:
        until = when_again(verdict, series.facts.policy.quiet_until, series.local_now)
        return Result(message, fates.held(verdict, until=until), address)
    # In the portal nothing is counted: it has receipts of its own.
    counted = may_count(asked) and route.way is not Way.PORTAL
    return Draft(
        message,
        address,
        route,
        series.letterhead,
        str(person.identity.get("language") or "en"),
        _writer(series, values, message.id, counted=counted),
        (*_reply_to(message, series), *_list_fields(message, series)),
        certificate=certificate if route.way is Way.SMIME else None,
    )


def _route(
    asked: GateFacts, verdict: Verdict, series: Series, address: str, *, can_encrypt: bool
) -> Route:
    return audience.route_of(
        verdict,
        asked.sending,
        series.campaign.protection,
        was_safe=verdict.accepts is not None and postures.was_safe(address),
        can_encrypt=can_encrypt,
    )


def when_again(verdict: Verdict, quiet_until: time | None, local_now: datetime) -> datetime:
    """When the gate may answer otherwise."""
    if Reason.QUIET_HOURS not in verdict.reasons or quiet_until is None:
        return local_now + LOOK_AGAIN
    ends = local_now.replace(
        hour=quiet_until.hour, minute=quiet_until.minute, second=0, microsecond=0
    )
    return ends if ends > local_now else ends + timedelta(days=1)


def _links(message: Claimed, person: Person, series: Series) -> dict[str, str]:
    """The patient's own pages, which work without a sign-in."""
    preferences = tokens.make(tokens.PREFERENCES, person.contact_id)
    return {
        "unsubscribe_url": series.signer.link(message.id),
        "preferences_url": url_on("links", f"/p/{preferences}"),
        "portal_url": url_on("portal", "/"),
    }


def shown_values(values: dict[str, object], compiled: Compiled) -> Iterator[RenderedValue]:
    """The values that the message shows, between their words; the subject as a whole.

    A field whose name says what a number means stands for words that may not.
    """
    for shown in compiled.values_shown(values):
        if shown.place is not Place.SUBJECT:
            yield shown
    for key in compiled.fields & values.keys():
        if key not in OWN_LINKS and values[key] is not None and dlp.is_label(key):
            yield RenderedValue(Place.BODY, f"{key}: ", str(values[key]), "")
    yield RenderedValue(Place.SUBJECT, "", subject_text(compiled.subject, values), "")


def _writer(
    series: Series, values: dict[str, object], message_id: UUID, *, counted: bool
) -> Callable[[], Rendered]:
    """In the form that may note what the person opens, or in the other."""
    if counted:
        token = series.marker.token(message_id)
        return lambda: series.compiled.render(values, token=token)
    campaign = series.campaign
    plain = _uncounted(current_tenant_id(), campaign.pk, campaign.content_hash)
    return lambda: plain.render(values, token="")


def _reply_to(message: Claimed, series: Series) -> tuple[tuple[str, str], ...]:
    """An address of the message's own, for a sender whose answers come into Sealpost."""
    sender = series.campaign.sender
    if sender is None or not sender.takes_replies:
        return ()
    address = reply_address(message.id, series.letterhead.domain)
    return (("Reply-To", f"<{address}>"),)


def _list_fields(message: Claimed, series: Series) -> tuple[tuple[str, str], ...]:
    """For mail that a person may do without."""
    if not PURPOSE_RULES[Purpose(series.campaign.purpose)].is_discretionary:
        return ()
    feedback = f"{series.campaign.pk.hex}:{current_tenant_id().hex}:campaign:{FEEDBACK_SENDER}"
    fields = series.signer.list_fields(message.id, series.letterhead.domain)
    return (*fields, ("Feedback-ID", feedback))
