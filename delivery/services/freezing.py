"""From a due campaign to one message for each person of its audience, with the gate's verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import orjson
from django.db import connection, transaction

from audit import services as audit
from audit.services import SYSTEM
from campaigns.content.problems import ContentRefused
from campaigns.models import Campaign
from campaigns.queries import writing
from campaigns.services import sending
from compliance.facts import GateFacts, Outcome, SendingFacts, Verdict
from compliance.gate import decide
from contacts import queries as contacts
from contacts.queries import Person
from delivery import audience, chronicle
from delivery.chronicle import Born
from delivery.models import Dispatch, Message
from delivery.must_arrive import promises
from delivery.routes import Way
from delivery.services import recipient_domains
from segments import queries as segments
from segments.parsing import RuleInvalid
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import current_tenant_id

Status = Message.Status

BATCH = 1_000
LEASE_LASTS = timedelta(minutes=5)

# Frozen again after a crash, everybody who has a message already keeps it.
_INSERT = """
INSERT INTO delivery_message (
    id, tenant_id, cause, cause_id, contact_id, mail_class, status, verdict, reason, route,
    required_level, message_id, domain_index, tls_version, created_at, due_at, attempts, settled_at
)
SELECT person.id, %s::uuid, 'campaign', %s::uuid, person.contact_id, %s, person.status,
    person.verdict::jsonb, person.reason, person.route, person.required_level,
    '<' || replace(person.id::text, '-', '') || '@' || %s || '>', person.domain_index, '',
    %s::timestamptz, %s::timestamptz, 0, person.settled_at
FROM unnest(
    %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[],
    %s::bytea[], %s::timestamptz[]
) AS person (
    id, contact_id, status, verdict, reason, route, required_level, domain_index, settled_at
)
ON CONFLICT DO NOTHING
RETURNING id
"""

ROUTES = {
    Way.PORTAL: Message.Route.PORTAL.value,
    Way.SMIME: Message.Route.TLS.value,
    Way.VERIFIED_TLS: Message.Route.TLS.value,
    Way.BEST_AVAILABLE: Message.Route.PLAIN.value,
}


@dataclass(frozen=True)
class _Sending:
    """A campaign that is being frozen, and what the gate is told about it."""

    campaign: Campaign
    facts: SendingFacts
    domain: str


def begin_due() -> None:
    """Take every campaign whose time has come."""
    due = Campaign.objects.filter(status=Campaign.Status.SCHEDULED, send_at__lte=clock.now())
    for campaign in due.order_by("send_at"):
        with transaction.atomic():
            if sending.begin(campaign):
                Dispatch.objects.create(campaign=campaign)


def freeze_begun() -> None:
    """Freeze the audiences of campaigns that have begun, one after the other."""
    while dispatch := _claim():
        _freeze(dispatch)


@transaction.atomic
def _claim() -> Dispatch | None:
    """A dispatch that nobody works on. A paused campaign waits: its content may be the trouble."""
    now = clock.now()
    free = Dispatch.objects.filter(
        frozen_at=None, campaign__status__in=[Campaign.Status.SENDING, Campaign.Status.CANCELED]
    ).exclude(lease_expires_at__gt=now)
    dispatch = free.select_for_update(skip_locked=True, of=("self",)).order_by("began_at").first()
    if dispatch:
        dispatch.lease_expires_at = now + LEASE_LASTS
        dispatch.save(update_fields=["lease_expires_at"])
    return dispatch


def _freeze(dispatch: Dispatch) -> None:
    campaign = Campaign.objects.select_related("segment", "sender__domain").get(
        pk=dispatch.campaign_id
    )
    try:
        for people in _audience(campaign):
            if not _may_go_on(dispatch):
                break
            _insert(people, _facts_of(campaign))
    except (RuleInvalid, ContentRefused) as trouble:
        audit.record("campaign.not_frozen", actor=SYSTEM, on=campaign, reason=str(trouble))
        sending.pause(campaign, actor=SYSTEM)
    else:
        dispatch.frozen_at = clock.now()
    dispatch.lease_expires_at = None
    dispatch.save(update_fields=["frozen_at", "lease_expires_at"])


def _audience(campaign: Campaign) -> Iterator[list[Person]]:
    if campaign.segment is None:
        return
    people = segments.matching(segments.rule_of(campaign.segment))
    while batch := list(islice(people, BATCH)):
        yield batch


def _facts_of(campaign: Campaign) -> _Sending:
    if campaign.sender is None:
        raise ValueError("a campaign without a sender has begun")
    facts = audience.sending_facts(campaign, writing.compiled(campaign))
    return _Sending(campaign, facts, campaign.sender.domain.domain)


def _may_go_on(dispatch: Dispatch) -> bool:
    """Keep the lease; no once the campaign was canceled."""
    Dispatch.objects.filter(pk=dispatch.pk).update(lease_expires_at=clock.now() + LEASE_LASTS)
    status = Campaign.objects.values_list("status", flat=True).get(pk=dispatch.campaign_id)
    return status != Campaign.Status.CANCELED


def _insert(people: Sequence[Person], out: _Sending) -> None:
    facts = contacts.person_facts(people)
    verdicts = [decide(GateFacts(out.facts, facts[person.contact_id])) for person in people]
    ids = [uuid7() for _ in people]
    now, tenant = clock.now(), current_tenant_id()
    columns, domains = _columns(verdicts, out), _domain_indexes(people)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                tenant, out.campaign.pk, audience.mail_class_of(out.campaign).value, out.domain,
                now, now, ids, [person.contact_id for person in people],
                *columns, domains,
                [now if _is_denied(verdict) else None for verdict in verdicts],
            ],
        )  # fmt: skip
        made = {row[0] for row in cursor.fetchall()}
        everybody = zip(ids, (person.contact_id for person in people), strict=True)
        promises.promise_for(out.campaign, [each for each in everybody if each[0] in made])
        told = zip(ids, people, *columns, strict=True)
        chronicle.tell_born(
            Born(key, "campaign", out.campaign.pk, person.contact_id, status, reason, route)
            for key, person, status, _, reason, route, _ in told
            if key in made
        )


def _columns(verdicts: Sequence[Verdict], out: _Sending) -> list[list[object]]:
    """The strictest of the routes that each may take; what is known of its domain counts later."""
    routes = [
        audience.route_of(verdict, out.facts, out.campaign.protection, was_safe=True)
        for verdict in verdicts
    ]
    return [
        [(Status.SKIPPED if _is_denied(verdict) else Status.QUEUED).value for verdict in verdicts],
        [orjson.dumps(verdict.as_record()).decode() for verdict in verdicts],
        [verdict.reasons[0].value if _is_denied(verdict) else "" for verdict in verdicts],
        [ROUTES.get(route.way, "") for route in routes],
        [route.required.value for route in routes],
    ]


def _is_denied(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.DENY


def _domain_indexes(people: Sequence[Person]) -> list[bytes | None]:
    domains = [recipient_domains.domain_in(person.identity.get("email")) for person in people]
    kept = recipient_domains.keep(filter(None, domains))
    return [kept.get(domain) for domain in domains]
