"""Who looked at whom."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from contacts.models.people import Contact
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

REVEAL_LASTS = timedelta(minutes=5)


class Look(TenantModel):
    """Acts by which a member of staff or a system saw people: what is counted, and shown until when.

    Of a system there is one row an hour, with how many people it read.
    """

    while_frozen = WhileFrozen.GOES_ON

    class Kind(models.TextChoices):
        REVEAL = "reveal", "Saw one person's data"
        SEARCH = "search", "Searched"
        EXPORT = "export", "Exported"
        SAMPLE = "sample", "Looked at what a file would hold"
        UPLOAD = "upload", "Saw values of an uploaded file"
        SYSTEM = "system", "Read by a system"

    kind = models.CharField(max_length=6, choices=Kind)
    person_id = models.CharField(max_length=64)
    person_name = models.CharField(max_length=150)
    contact = TenantForeignKey(
        Contact, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    # More than one only in what a system read within an hour.
    people = models.PositiveIntegerField(default=1)
    occurred_at = models.DateTimeField(default=clock.now)
    shown_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["search", "export", "sample", "upload", "system"],
                    contact__isnull=True,
                    shown_until__isnull=True,
                )
                | Q(
                    kind="reveal",
                    contact__isnull=False,
                    shown_until__isnull=False,
                    shown_until__lte=F("occurred_at") + REVEAL_LASTS,
                ),
                name="look_reveals_one_person_for_five_minutes",
            ),
            models.CheckConstraint(
                condition=Q(kind="system") | Q(people=1), name="look_of_staff_is_one_act"
            ),
            models.UniqueConstraint(
                fields=["tenant", "person_id", "occurred_at"],
                condition=Q(kind="system"),
                name="look_of_a_system_once_an_hour",
            ),
        ]
        indexes: ClassVar = [
            # For budgets and the count of each person's looks.
            models.Index(fields=["tenant", "person_id", "-occurred_at"], name="look_of_person"),
            # For erasing a contact.
            models.Index(fields=["tenant", "contact"], name="look_at_contact"),
        ]
