"""Gathers what the checks before sending look at."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns import readiness
from campaigns.content.lint import advice
from campaigns.content.model import read_content
from campaigns.content.problems import ContentRefused, Problem
from campaigns.models import Campaign, TestSend
from campaigns.queries import writing
from campaigns.readiness import AudienceFacts, CampaignFacts, Check
from compliance import queries as compliance
from compliance.models import Policy
from compliance.purposes import PURPOSE_RULES, Purpose, Remuneration
from tenancy import clock
from tenancy.models import Tenant
from tenancy.scope import current_tenant_id


def checks(campaign: Campaign, audience: AudienceFacts | None = None) -> list[Check]:
    """Every check of the campaign as it stands; those of the audience if it was counted."""
    return readiness.checks(facts(campaign, audience))


def blocking_reasons(campaign: Campaign) -> list[str]:
    """Why nobody can be asked to approve the campaign yet."""
    return [check.text for check in readiness.blocking(checks(campaign))]


def facts(campaign: Campaign, audience: AudienceFacts | None) -> CampaignFacts:
    agreement, sender = compliance.agreement_in_force(), campaign.sender
    return CampaignFacts(
        purpose=Purpose(campaign.purpose),
        remuneration=Remuneration(campaign.remuneration),
        agreement_in_force=agreement is not None,
        permitted_purposes=frozenset(agreement.permitted_purposes if agreement else ()),
        has_segment=campaign.segment is not None,
        sender_address=sender.address if sender else None,
        sender_is_proven=sender is not None and sender.domain.may_send(clock.now()),
        postal_address=writing.brand().postal_address,
        content_problems=content_problems(campaign),
        fixed_text=writing.fixed_text(read_content(campaign.content)),
        was_tested=_was_tested(campaign),
        planned_time_has_passed=_has_passed(campaign),
        planned_in_quiet_hours=_is_quiet(campaign, compliance.policy()),
        same_day_campaigns=_same_day(campaign),
        must_arrive=bool(campaign.arrives_by or campaign.arrives_within_hours),
        deadline_has_passed=_is_late(campaign),
        audience=audience,
    )


def content_problems(campaign: Campaign) -> list[Problem]:
    """Why the content cannot go out, or what its author may want to change."""
    content = read_content(campaign.content)
    try:
        compiled = writing.compiled(campaign)
    except ContentRefused as refused:
        return list(refused.problems)
    return list(advice(content, compiled, writing.schema(), writing.own_hosts()))


def _was_tested(campaign: Campaign) -> bool:
    tests = TestSend.objects.filter(campaign=campaign).order_by("-created_at")
    return any(test.content == campaign.content for test in tests[:5])


def _has_passed(campaign: Campaign) -> bool:
    """True if the campaign waits for a time that nobody can keep any more."""
    planned_at = campaign.planned_at
    return campaign.is_editable and planned_at is not None and planned_at <= clock.now()


def _is_late(campaign: Campaign) -> bool:
    """True if it must have arrived before it can leave."""
    leaves_at = max(campaign.planned_at or clock.now(), clock.now())
    return campaign.arrives_by is not None and campaign.arrives_by <= leaves_at


def _is_quiet(campaign: Campaign, policy: Policy) -> bool:
    """True if a planned start falls into the quiet hours that its purpose keeps."""
    if not PURPOSE_RULES[Purpose(campaign.purpose)].is_discretionary:
        return False
    if campaign.planned_at is None or policy.quiet_from is None or policy.quiet_until is None:
        return False
    local = campaign.planned_at.astimezone(zone()).time()
    if policy.quiet_from <= policy.quiet_until:
        return policy.quiet_from <= local < policy.quiet_until
    return local >= policy.quiet_from or local < policy.quiet_until


def _same_day(campaign: Campaign) -> int:
    """Other campaigns that go out on the day on which this one does."""
    day = (campaign.planned_at or clock.now()).astimezone(zone()).date()
    midnight = datetime.combine(day, datetime.min.time(), zone())
    others = Campaign.objects.filter(
        status__in=[*Campaign.UNDER_WAY, Campaign.Status.SENT],
        send_at__gte=midnight,
        send_at__lt=midnight + timedelta(days=1),
    )
    return others.exclude(pk=campaign.pk).count()


def zone() -> ZoneInfo:
    """The workspace's time zone."""
    return ZoneInfo(Tenant.objects.get(pk=current_tenant_id()).time_zone)
