"""Legal holds: what must stay because somebody may need it as evidence."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class LegalHold(TenantModel):
    """A contact, a campaign or everything must stay until a second person lets it go.

    No foreign key: a hold may name what other apps own. Triggers on their tables refuse to delete
    what a hold is about, whoever tries; others refuse to change or delete a hold.
    """

    while_frozen = WhileFrozen.GOES_ON

    class Subject(models.TextChoices):
        CONTACT = "contact", "A person"
        CAMPAIGN = "campaign", "A campaign"
        WORKSPACE = "workspace", "The whole workspace"

    subject = models.CharField(max_length=9, choices=Subject)
    subject_id = models.UUIDField(null=True)
    reason = SealedTextField()
    placed_by = models.CharField(max_length=64)
    placed_by_name = models.CharField(max_length=150)
    placed_at = models.DateTimeField(default=clock.now, editable=False)
    released_at = models.DateTimeField(null=True)
    # Who asked to release it, and the second person who let it go.
    release_asked_by = models.CharField(max_length=64, default="", blank=True)
    released_by = models.CharField(max_length=64, default="", blank=True)
    released_by_name = models.CharField(max_length=150, default="", blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(subject="workspace", subject_id__isnull=True)
                | Q(subject__in=["contact", "campaign"], subject_id__isnull=False),
                name="hold_names_what_it_is_about",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by="", release_asked_by="")
                | (
                    Q(released_at__isnull=False)
                    & ~Q(released_by="")
                    & ~Q(release_asked_by="")
                    & ~Q(released_by=F("release_asked_by"))
                ),
                name="hold_released_by_another_than_who_asked",
            ),
            models.UniqueConstraint(
                fields=["tenant", "subject", "subject_id"],
                condition=Q(released_at__isnull=True),
                nulls_distinct=False,
                name="hold_once_for_each_subject",
            ),
        ]
        indexes: ClassVar = [
            # For the list of holds: newest first.
            models.Index(fields=["tenant", "-placed_at"], name="hold_newest"),
        ]
