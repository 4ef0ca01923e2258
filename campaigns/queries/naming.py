"""The names of campaigns, for pages of apps that know only their ids."""

from collections.abc import Collection
from uuid import UUID

from campaigns.models import Campaign


def names(ids: Collection[UUID]) -> dict[UUID, str]:
    found = Campaign.objects.filter(pk__in=ids).only("id", "tenant_id", "name")
    return {campaign.pk: campaign.name for campaign in found}
