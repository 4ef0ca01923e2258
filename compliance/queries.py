from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from compliance.agreement_text import CURRENT_VERSION, Terms, compose
from compliance.errors import AgreementRequired, WorkspaceEnding
from compliance.facts import SendingFacts, Sensitivity, SuppressionReason
from compliance.models import Agreement, Policy, RetentionSettings, SenderDomain, Suppression
from compliance.purposes import Purpose, Remuneration
from tenancy import clock
from tenancy.keyring import current_keys
from tenancy.models import Tenant
from tenancy.scope import current_tenant_id

# 45 CFR 164.410(b) allows 60 days; the proposed rule of 2025 (90 FR 898) asks for 24 hours.
NOTIFY_WITHIN_HOURS = 24
# A broken record is noticed long before the proof of the last check runs out after a day.
CHECK_EVERY = timedelta(hours=1)


def agreement_in_force() -> Agreement | None:
    in_force = Agreement.objects.filter(status=Agreement.Status.ACTIVE)
    return in_force.select_related("tenant").first()


def require_agreement() -> Agreement:
    """The agreement in force; every way for PHI in or out asks here.

    Raises AgreementRequired, or WorkspaceEnding once the workspace is frozen.
    """
    agreement = agreement_in_force()
    if agreement is None:
        raise AgreementRequired
    if agreement.tenant.is_ending:
        raise WorkspaceEnding
    return agreement


def waiting_agreement() -> Agreement | None:
    return Agreement.objects.filter(status=Agreement.Status.SIGNED).first()


def terms_for(permitted_purposes: Iterable[str]) -> Terms:
    """What an agreement of the tenant in scope would say for these purposes."""
    return Terms(
        covered_entity=Tenant.objects.get(pk=current_tenant_id()).name,
        business_associate=settings.PLATFORM_OPERATOR,
        permitted_purposes=frozenset(permitted_purposes),
        notify_within_hours=NOTIFY_WITHIN_HOURS,
        subcontractors=tuple(settings.PLATFORM_SUBCONTRACTORS),
    )


def text_on_offer(permitted_purposes: Iterable[str]) -> str:
    """The agreement as the tenant in scope could sign it now for these purposes."""
    return compose(CURRENT_VERSION, terms_for(permitted_purposes))


def tenants_to_countersign() -> list[UUID]:
    """Tenants whose signature waits for the platform operator, longest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.agreements_to_countersign()")
        return [row[0] for row in cursor.fetchall()]


def policy() -> Policy:
    """What the tenant decided, or the defaults if it has not decided anything yet."""
    return Policy.objects.first() or Policy()


def retention() -> RetentionSettings:
    """How long each class stays, as the tenant decided, or by default."""
    return RetentionSettings.objects.first() or RetentionSettings()


def sending_facts(
    purpose: str, *, sensitivity: Sensitivity, remuneration: str, is_approved: bool
) -> SendingFacts:
    """The half of the gate's facts that every recipient of one sending shares."""
    agreement = agreement_in_force()
    return SendingFacts(
        purpose=Purpose(purpose),
        sensitivity=sensitivity,
        remuneration=Remuneration(remuneration),
        agreement_in_force=agreement is not None,
        permitted_purposes=frozenset(agreement.permitted_purposes if agreement else ()),
        is_approved=is_approved,
        policy=policy().for_gate(),
        is_frozen=agreement is not None and agreement.tenant.is_ending,
    )


def address_index(address: str) -> bytes:
    """The same fingerprint as a contact's email_index, so that the two tables can be joined."""
    return current_keys().blind_index("contact.email", address.strip().lower())


def suppressed(indexes: Iterable[bytes]) -> dict[bytes, SuppressionReason]:
    """Which of these addresses get no mail, and why."""
    rows = Suppression.objects.filter(address_index__in=list(indexes))
    return {
        bytes(index): SuppressionReason(reason)
        for index, reason in rows.values_list("address_index", "reason")
    }


def suppression_of(address: str) -> Suppression | None:
    return Suppression.objects.filter(address_index=address_index(address)).first()


def domains_that_may_send() -> list[SenderDomain]:
    now = clock.now()
    return [domain for domain in SenderDomain.objects.order_by("domain") if domain.may_send(now)]


def tenants_with_domains_to_check() -> list[UUID]:
    """Tenants that have a domain whose records nobody looked at for an hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant FROM kernel.domains_to_check(%s)", [clock.now() - CHECK_EVERY]
        )
        return [row[0] for row in cursor.fetchall()]


def domains_to_check() -> list[SenderDomain]:
    is_due = Q(checked_at__isnull=True) | Q(checked_at__lt=clock.now() - CHECK_EVERY)
    return list(SenderDomain.objects.filter(is_due))
