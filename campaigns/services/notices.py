"""Mail of the service to those who wrote a campaign. It names no campaign: a name can tell of care."""

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import PERMISSIONS
from campaigns.models import Approval
from tenancy import services as tenancy
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id


def mail_sent_back(approval: Approval) -> None:
    """Tell who wrote or submitted it that it is theirs again; why is read behind the sign-in."""
    page = reverse("campaigns:detail", "config.urls.staff", [approval.campaign_id])
    context = {
        "workspace": Tenant.objects.get(pk=current_tenant_id()).name,
        "decided_by": approval.decided_by_name,
        "link": url_on("staff", page),
    }
    writing = Membership.objects.select_related("user").filter(
        role__in=PERMISSIONS["campaigns.edit"], status=Membership.Status.ACTIVE
    )
    for member in writing.order_by("pk"):
        if approval.was_written_by(str(member.user_id)):
            address = member.user.email
            tenancy.queue_system_mail(to=address, kind="campaign_sent_back", context=context)
