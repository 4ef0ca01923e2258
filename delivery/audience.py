"""What the send gate is told about a campaign and the people it is for."""

from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.compilation import Compiled
from campaigns.models import Campaign
from campaigns.queries import approvals, audience
from compliance import queries as compliance
from compliance.facts import SendingFacts, Verdict
from compliance.purposes import PURPOSE_RULES, Purpose
from delivery import routes
from delivery.models import Message
from delivery.routes import Route, RouteFacts
from tenancy.models import Tenant
from tenancy.scope import current_tenant_id


def sending_facts(campaign: Campaign, compiled: Compiled) -> SendingFacts:
    """The half of the facts that is the same for everybody, as things stand now."""
    return compliance.sending_facts(
        campaign.purpose,
        sensitivity=audience.sensitivity_with(campaign, compiled.sensitivity),
        remuneration=campaign.remuneration,
        is_approved=approvals.in_force(campaign) is not None,
    )


def route_of(
    verdict: Verdict,
    sending: SendingFacts,
    protection: str,
    *,
    was_safe: bool,
    can_encrypt: bool = False,
) -> Route:
    """The verdict's route; the author may ask for more protection than it needs, never for less.

    `was_safe` counts for people who asked for less: a domain that can do better has to.
    """
    return routes.decide(
        RouteFacts(
            verdict,
            otherwise=sending.fallback,
            author_wants_portal=protection == Campaign.Protection.PORTAL,
            can_encrypt=can_encrypt,
            was_safe=was_safe,
            hold=sending.policy.hold,
        )
    )


def mail_class_of(campaign: Campaign) -> Message.MailClass:
    """Mail that can wait is bulk; what tells of somebody's care is worth a second try."""
    rule = PURPOSE_RULES[Purpose(campaign.purpose)]
    return Message.MailClass.BULK if rule.is_discretionary else Message.MailClass.CARE


def local_time(moment: datetime) -> datetime:
    """The moment on the clocks of the workspace."""
    tenant = Tenant.objects.get(pk=current_tenant_id())
    return moment.astimezone(ZoneInfo(tenant.time_zone))
