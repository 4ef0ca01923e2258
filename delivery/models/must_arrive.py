"""Messages of which it is not left to chance whether they arrive."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from delivery.models.message import Message
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class MustArrive(TenantModel):
    """A message has to have arrived by a time, and how far we went when it had not.

    Its id is also the cause of the message to the second address: there is at most one.
    """

    while_frozen = WhileFrozen.GOES_ON

    class Stage(models.TextChoices):
        WATCHED = "watched", "On its way"
        PORTAL = "portal", "A portal notice was sent"
        SECOND = "second", "Sent to the second address"
        STAFF = "staff", "Staff has to reach the person"
        ARRIVED = "arrived", "Arrived"
        CALLED_OFF = "called_off", "Called off"

    # In this order. What is not possible is passed over; the last always is.
    CHAIN: ClassVar = (Stage.WATCHED, Stage.PORTAL, Stage.SECOND, Stage.STAFF)

    message = TenantForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = TenantForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    deadline_at = models.DateTimeField()
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.WATCHED)
    # The one word of why it went on, or why it ended.
    reason = models.CharField(max_length=40, default="")
    # Until when this stage may take; looked at before then if something is learned.
    waits_until = models.DateTimeField()
    look_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "message"], name="must_arrive_once"),
            models.CheckConstraint(
                condition=Q(stage__in=["watched", "portal", "second"], look_at__isnull=False)
                | Q(stage__in=["staff", "arrived", "called_off"], look_at__isnull=True),
                name="must_arrive_is_looked_at_until_it_is_over",
            ),
            models.CheckConstraint(
                condition=Q(stage="watched") | ~Q(reason=""),
                name="must_arrive_goes_on_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            # For must_arrive.chain and kernel.due_arrivals: what is to be looked at.
            models.Index(
                fields=["look_at"],
                condition=Q(look_at__isnull=False),
                name="must_arrive_to_look_at",
            ),
            # For erasing a person, and for portal mail that goes to a second address.
            models.Index(fields=["tenant", "contact"], name="must_arrive_of_contact"),
        ]
