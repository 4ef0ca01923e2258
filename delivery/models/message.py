"""One row for each message to one person, and the events that make its story."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import BlindIndexField, SealedJSONField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class Message(TenantModel):
    """A message to one person, from the frozen audience to what became of it (architecture §4)."""

    # But for mail about what lies in the portal, a trigger lets none come.
    while_frozen = WhileFrozen.GOES_ON

    class Cause(models.TextChoices):
        CAMPAIGN = "campaign", "Campaign"
        VISIT = "visit", "Workflow"
        API = "api", "API"
        NOTICE = "notice", "Portal notice"
        TEST = "test", "Test send"

    class MailClass(models.TextChoices):
        """How long it is worth trying, and what happens when nobody knows whether it arrived."""

        BULK = "bulk", "Campaign mail"
        CARE = "care", "Mail about care"
        NOTICE = "notice", "Portal notice"
        CODE = "code", "One-time code"

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        LEASED = "leased", "Being prepared"
        IN_DATA = "in_data", "Being handed over"
        DEFERRED = "deferred", "Will be tried again"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNCERTAIN = "uncertain", "Not known whether it arrived"
        ESCROWED = "escrowed", "In the portal"
        SKIPPED = "skipped", "Not allowed"
        CANCELED = "canceled", "Canceled"

    class Route(models.TextChoices):
        TLS = "tls", "Verified TLS"
        PORTAL = "portal", "Secure portal"
        PLAIN = "plain", "Best available"

    # Somebody waits for these now; a reminder overtakes a blast.
    URGENT: ClassVar = (MailClass.CODE, MailClass.NOTICE)
    BY_URGENCY: ClassVar = (*URGENT, MailClass.CARE, MailClass.BULK)
    DUE: ClassVar = (Status.QUEUED, Status.DEFERRED)
    AT_WORK: ClassVar = (Status.LEASED, Status.IN_DATA)
    OPEN: ClassVar = (*DUE, *AT_WORK)

    cause = models.CharField(max_length=8, choices=Cause)
    cause_id = models.UUIDField()
    contact = TenantForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mail_class = models.CharField(max_length=6, choices=MailClass)
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    # The gate's verdict as it was last given, and the one word of it or of the outcome that counts.
    verdict = models.JSONField(default=dict)
    reason = models.CharField(max_length=40, default="")
    route = models.CharField(max_length=6, choices=Route, default="", blank=True)
    required_level = models.PositiveSmallIntegerField(default=0)
    # Made once, so that a receiver knows a second copy for what it is.
    message_id = models.CharField(max_length=300)
    # Of the recipient's domain, whose name is a RecipientDomain; none without an address.
    domain_index = BlindIndexField(null=True)
    tls_version = models.CharField(max_length=8, default="")

    created_at = models.DateTimeField(default=clock.now, editable=False)
    due_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True)
    # Since when every try found the protection too low.
    unsafe_since = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    # The final dot of a try was announced; set for good once it was.
    in_data_at = models.DateTimeField(null=True)
    # A try ended without an answer, so it may have arrived already; set for good once it did.
    uncertain_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "cause", "cause_id", "contact"], name="message_once_per_cause"
            ),
            models.CheckConstraint(
                condition=Q(cause__in=["campaign", "visit", "api", "notice", "test"]),
                name="message_has_a_known_cause",
            ),
            models.CheckConstraint(
                condition=Q(mail_class__in=["bulk", "care", "notice", "code"]),
                name="message_has_a_known_class",
            ),
            models.CheckConstraint(
                condition=Q(route__in=["", "tls", "portal", "plain"]),
                name="message_has_a_known_route",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["leased", "in_data"],
                    lease_token__isnull=False,
                    lease_expires_at__isnull=False,
                    settled_at__isnull=True,
                )
                | Q(
                    status__in=["queued", "deferred"],
                    lease_token__isnull=True,
                    lease_expires_at__isnull=True,
                    settled_at__isnull=True,
                )
                | Q(
                    status__in=[
                        "sent", "failed", "uncertain", "escrowed", "skipped", "canceled",
                    ],
                    lease_token__isnull=True,
                    lease_expires_at__isnull=True,
                    settled_at__isnull=False,
                ),
                name="message_is_due_or_leased_or_settled",
            ),
            models.CheckConstraint(
                condition=~Q(status="in_data") | Q(in_data_at__isnull=False),
                name="message_in_data_was_announced",
            ),
            models.CheckConstraint(
                condition=~Q(status="uncertain") | Q(uncertain_at__isnull=False),
                name="message_uncertain_says_since_when",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["skipped", "failed"]) | ~Q(reason=""),
                name="message_not_sent_says_why",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            # For services.lease: due messages of a tenant, class by class, oldest first.
            models.Index(
                fields=["tenant", "mail_class", "due_at"],
                condition=Q(status__in=["queued", "deferred"]),
                name="message_due_by_class",
            ),
            # For queries.waiting: campaigns that are not over, as some of it is tried again.
            models.Index(
                fields=["tenant", "cause_id"],
                condition=Q(status="deferred"),
                name="message_to_retry",
            ),
            # For services.recovery: leases whose worker is gone.
            models.Index(
                fields=["tenant", "lease_expires_at"],
                condition=Q(status__in=["leased", "in_data"]),
                name="message_leased",
            ),
            # For delivery.standing: few, whatever the size of the table.
            models.Index(
                fields=["tenant", "settled_at"],
                condition=Q(reason="sender_refused"),
                name="message_sender_refused",
            ),
            # For the contact's page and for who got how many lately.
            models.Index(fields=["tenant", "contact"], name="message_of_contact"),
        ]


class MessageEvent(TenantModel):
    """What happened to a message, with what machines said word for word. Rows are only added."""

    while_frozen = WhileFrozen.GOES_ON

    class Kind(models.TextChoices):
        DECIDED = "decided"
        ACCEPTED = "accepted"
        UNSAFE = "unsafe"
        DEFERRED = "deferred"
        FAILED = "failed"
        UNCERTAIN = "uncertain"
        ESCROWED = "escrowed"
        CANCELED = "canceled"
        BOUNCED = "bounced"
        COMPLAINED = "complained"
        REPLIED = "replied"
        UNSUBSCRIBED = "unsubscribed"
        HAD_TO_ARRIVE = "must_arrive"

    message = TenantForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    occurred_at = models.DateTimeField(default=clock.now)
    detail = SealedJSONField(default=dict)

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [
            # For the story of a message.
            models.Index(fields=["tenant", "message", "occurred_at"], name="message_event_story"),
        ]
