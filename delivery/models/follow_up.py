"""How somebody was reached whom a message did not reach."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from delivery.models.message import Message
from tenancy import clock
from tenancy.fields import SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class FollowUp(TenantModel):
    """Who looks after one message that did not arrive, and how it ended."""

    while_frozen = WhileFrozen.GOES_ON

    class Outcome(models.TextChoices):
        TELEPHONE = "telephone", "Reached by telephone"
        LETTER = "letter", "Sent a letter"
        IN_PERSON = "in_person", "Told in person"
        ARRIVED = "arrived", "It did arrive"
        SENT_AGAIN = "sent_again", "Sent again"
        NOT_NEEDED = "not_needed", "Not needed any more"

    message = TenantForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    # When it came back, or failed: not when somebody took it up.
    opened_at = models.DateTimeField(default=clock.now)
    assigned_to = models.CharField(max_length=64, default="")
    assigned_to_name = models.CharField(max_length=150, default="")
    note = SealedTextField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default="", blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=64, default="")
    done_by_name = models.CharField(max_length=150, default="")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "message"], name="follow_up_once"),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=[
                        "",
                        "telephone",
                        "letter",
                        "in_person",
                        "arrived",
                        "sent_again",
                        "not_needed",
                    ]
                ),
                name="follow_up_has_a_known_outcome",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, outcome="", done_by="")
                | (Q(done_at__isnull=False) & ~Q(outcome="") & ~Q(done_by="")),
                name="follow_up_done_has_outcome_and_person",
            ),
        ]

    def open_again(self, *, since: datetime) -> None:
        """What was done about the message did not last: it failed again, or came back."""
        self.opened_at, self.done_at, self.outcome = since, None, ""
        self.done_by = self.done_by_name = ""
        self.save(update_fields=["opened_at", "done_at", "outcome", "done_by", "done_by_name"])
