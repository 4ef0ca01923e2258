"""What systems write themselves: the text for one person, its files, or values for a template."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.purposes import Purpose, Remuneration
from delivery.models.single import SingleSend
from tenancy.fields import SealedBinaryField, SealedJSONField, SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class Letter(TenantModel):
    """What one message says to one person, as a system gave it. One for each message, so that it
    goes with the person."""

    while_frozen = WhileFrozen.WINDS_DOWN

    class Protection(models.TextChoices):
        STRONGEST = "strongest", "The strongest route that the mailbox can prove"
        PORTAL = "portal", "The secure portal"

    send = TenantForeignKey(SingleSend, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    purpose = models.CharField(max_length=12, choices=Purpose)
    remuneration = models.CharField(
        max_length=8, choices=Remuneration, default=Remuneration.UNSTATED
    )
    # What the system stated, raised by what was found in the text.
    sensitivity = models.PositiveSmallIntegerField()
    protection = models.CharField(max_length=9, choices=Protection, default=Protection.STRONGEST)
    # delivery.letters.words.Words as JSON, or the values for a template.
    words = SealedJSONField(null=True)
    values = SealedJSONField(null=True)
    # Categories and metadata of the system: nothing is decided by them.
    labels = SealedJSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "send"], name="letter_once_per_send"),
            models.CheckConstraint(
                condition=Q(purpose__in=[
                    "treatment", "appointment", "care_gap", "payment", "operations", "refill",
                    "marketing", "remunerated", "fundraising", "part2",
                ]),
                name="letter_has_a_known_purpose",
            ),
            models.CheckConstraint(
                condition=Q(remuneration__in=["unstated", "none", "at_cost", "paid"]),
                name="letter_has_a_known_remuneration",
            ),
            models.CheckConstraint(
                condition=Q(protection__in=["strongest", "portal"]),
                name="letter_has_a_known_protection",
            ),
            models.CheckConstraint(
                condition=Q(sensitivity__lte=3), name="letter_has_a_known_sensitivity"
            ),
            models.CheckConstraint(
                condition=Q(words__isnull=False, values__isnull=True)
                | Q(words__isnull=True, values__isnull=False),
                name="letter_has_words_or_values",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            # For erasing a person.
            models.Index(fields=["tenant", "contact"], name="letter_of_contact"),
        ]


class LetterFile(TenantModel):
    """A file that goes with a letter. Name and content are sealed."""

    while_frozen = WhileFrozen.WINDS_DOWN

    letter = TenantForeignKey(Letter, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = SealedTextField()
    media_type = models.CharField(max_length=100)
    # How the HTML names a picture (RFC 2392); empty for a file that is only attached.
    content_id = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField()
    content = SealedBinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "letter", "position"], name="letter_file_once_per_position"
            ),
        ]
