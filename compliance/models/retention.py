"""How long each class of data stays in a workspace."""

from collections.abc import Iterator
from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.retained import TERMS, Periods, Retained
from tenancy import clock
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


def _bounds() -> Iterator[models.CheckConstraint]:
    for retained, term in TERMS.items():
        yield models.CheckConstraint(
            condition=Q(**{f"{retained.field}__range": (term.shortest, term.longest)}),
            name=f"retention_of_{retained.value}_within_its_bounds",
        )


class RetentionSettings(TenantModel):
    """One row a workspace; without one, the defaults of compliance.retained hold.

    `version` is one more with each change: a certificate names the rules that it was made under. A
    trigger refuses to shorten the period of the audit log.
    """

    while_frozen = WhileFrozen.GOES_ON

    messages_days = models.PositiveIntegerField(default=TERMS[Retained.MESSAGES].default)
    content_days = models.PositiveIntegerField(default=TERMS[Retained.CONTENT].default)
    activity_days = models.PositiveIntegerField(default=TERMS[Retained.ACTIVITY].default)
    imports_days = models.PositiveIntegerField(default=TERMS[Retained.IMPORTS].default)
    exports_days = models.PositiveIntegerField(default=TERMS[Retained.EXPORTS].default)
    portal_days = models.PositiveIntegerField(default=TERMS[Retained.PORTAL].default)
    audit_days = models.PositiveIntegerField(default=TERMS[Retained.AUDIT].default)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="retention_settings_once_per_tenant"),
            *_bounds(),
        ]

    @property
    def periods(self) -> Periods:
        return Periods({retained: getattr(self, retained.field) for retained in Retained})
