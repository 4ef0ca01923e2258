from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.purposes import Purpose
from tenancy import clock
from tenancy.fields import SealedJSONField, SealedTextField
from tenancy.models import TenantModel


class Brand(TenantModel):
    """What every message of the workspace says about its sender."""

    postal_address = models.CharField(max_length=200, default="")
    # Hosts of the tenant's own websites: pictures may come from there, links there are not remarked.
    websites = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="brand_one_for_a_tenant"),
        ]


class Template(TenantModel):
    """Content to start campaigns from. `version` counts saves: an older one never overwrites a newer."""

    name = SealedTextField()
    purpose = models.CharField(max_length=12, choices=Purpose)
    content = SealedJSONField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(version__gte=1), name="template_version_starts_at_one"
            ),
        ]
