from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import SealedJSONField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Segment(TenantModel):
    """People described by a rule. Name and rule are sealed: either can name a diagnosis."""

    while_frozen = WhileFrozen.WINDS_DOWN

    name = SealedTextField()
    rule = SealedJSONField()
    # One more with each change of the rule or name; an approval covers one version.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True)
    # The last full count of this version, for lists; whoever needs to be right counts again.
    people = models.PositiveIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(people__isnull=True, counted_at__isnull=True)
                | Q(people__isnull=False, counted_at__isnull=False),
                name="segment_count_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="segment_version_starts_at_one"
            ),
        ]

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None
