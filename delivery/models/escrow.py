"""Messages that wait in the portal, the visits that people pay to them, and what happened there."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from delivery.escrow.checks import IDLE_AFTER
from delivery.escrow.keys import Place
from tenancy import clock
from tenancy.fields import SealedBinaryField, SealedJSONField, SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.scope import current_tenant_id
from tenancy.while_frozen import WhileFrozen


class EscrowItem(TenantModel):
    """One message of one person, sealed under split keys (delivery.escrow.keys)."""

    while_frozen = WhileFrozen.GOES_ON

    class Reason(models.TextChoices):
        UNSAFE_TRANSPORT = "unsafe_transport", "The way to the mailbox is not safe enough."
        SPECIALLY_PROTECTED = "specially_protected", "It holds specially protected information."
        PREFERS_PORTAL = "prefers_portal", "The person asked for the secure portal."
        SHARED_ADDRESS = "shared_address", "Several people read this mailbox."
        AUTHOR_CHOICE = "author_choice", "The sender chose the secure portal."
        LISTED_DOMAIN = "listed_domain", "Mail to this provider goes by the secure portal."
        DOWNGRADED = "downgraded", "The way was safe until lately and is not any more."
        STAFF_CHOICE = "staff_choice", "Staff moved it there instead of further tries."
        MUST_ARRIVE = "must_arrive", "It has to arrive, and had not by email."

    class Status(models.TextChoices):
        WAITING = "waiting", "Not read yet"
        READ = "read", "Read"
        EXPIRED = "expired", "Expired"
        REVOKED = "revoked", "Recalled"
        WRONG_PERSON = "wrong_person", "Closed: wrong mailbox"

    OPENABLE: ClassVar = (Status.WAITING, Status.READ)

    message = TenantForeignKey(
        "delivery.Message", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact = TenantForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=20, choices=Reason)
    # The passphrase that is part of its keys, if one was agreed on when it was sealed.
    passphrase = TenantForeignKey(
        "delivery.PortalPassphrase",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    is_specially_protected = models.BooleanField(default=False)
    # Wrong dates of birth; after a few the date is not asked for any more.
    birth_date_tries = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    language = models.CharField(max_length=2)
    deposited_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    # Its page was asked for, by the person or by a program that looks at links.
    fetched_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    # Wrong answers of before do not count against a new link.
    reissued_at = models.DateTimeField(null=True)

    # The lock. Emptied when the item is closed, which leaves nothing that could open the parts.
    server_share = SealedBinaryField(null=True)
    wrapped_key = models.BinaryField(null=True)
    proof_digest = models.BinaryField(null=True)
    receipt_digest = models.BinaryField(null=True)
    subject = models.BinaryField(null=True)
    html = models.BinaryField(null=True)
    text = models.BinaryField(null=True)

    # The content key under the tenant's own, where the policy lets staff send a new link.
    archive_key = SealedBinaryField(null=True)

    # Only until the notice has left: the link key that goes into it.
    notice_link_key = SealedBinaryField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "message"], name="escrow_item_once_per_message"
            ),
            models.CheckConstraint(
                condition=Q(
                    reason__in=[
                        "unsafe_transport",
                        "specially_protected",
                        "prefers_portal",
                        "shared_address",
                        "author_choice",
                        "staff_choice",
                        "must_arrive",
                        "listed_domain",
                        "downgraded",
                    ]
                ),
                name="escrow_item_has_a_known_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["waiting", "read"],
                    server_share__isnull=False,
                    wrapped_key__isnull=False,
                    proof_digest__isnull=False,
                )
                | Q(
                    status__in=["expired", "revoked", "wrong_person"],
                    server_share__isnull=True,
                    wrapped_key__isnull=True,
                    proof_digest__isnull=True,
                    html__isnull=True,
                    text__isnull=True,
                    notice_link_key__isnull=True,
                    archive_key__isnull=True,
                    remind_at__isnull=True,
                ),
                name="escrow_item_keeps_keys_only_while_open",
            ),
            models.CheckConstraint(
                condition=Q(status="read", read_at__isnull=False) | ~Q(status="read"),
                name="escrow_item_read_at_set_once_read",
            ),
        ]
        indexes: ClassVar = [
            # For the sweep that shreds what has expired.
            models.Index(
                fields=["expires_at"],
                condition=Q(status__in=["waiting", "read"]),
                name="escrow_item_expiring",
            ),
            # For the sweep that reminds of what waits unread.
            models.Index(
                fields=["remind_at"],
                condition=Q(status="waiting", remind_at__isnull=False),
                name="escrow_item_to_remind",
            ),
            # For the answers that a person got wrong today, over all their messages.
            models.Index(fields=["tenant", "contact"], name="escrow_item_of_contact"),
        ]

    @property
    def is_open(self) -> bool:
        return self.status in self.OPENABLE and self.expires_at > clock.now()

    @property
    def place(self) -> Place:
        return Place(current_tenant_id(), self.id, self.contact_id)


class EscrowVisit(TenantModel):
    """One browser that proved the link key. Its cookie's digest finds it; idle visits end."""

    while_frozen = WhileFrozen.GOES_ON

    item = TenantForeignKey(EscrowItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    cookie_digest = models.BinaryField()
    began_at = models.DateTimeField(default=clock.now, editable=False)
    seen_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True)
    # By what it was let in (delivery.escrow.factors.Strength).
    strength = models.PositiveSmallIntegerField(null=True)
    # With it, or with one that was made in this visit.
    by_passkey = models.BooleanField(default=False)
    # The question that a passkey is to answer, once. No secret.
    challenge = models.BinaryField(null=True)
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "cookie_digest"], name="escrow_visit_once_per_cookie"
            ),
            models.UniqueConstraint(
                fields=["tenant", "item"],
                condition=Q(ended_at__isnull=True),
                name="escrow_visit_one_at_a_time",
            ),
        ]

    def is_idle(self, now: datetime) -> bool:
        return self.seen_at + IDLE_AFTER <= now


class EscrowCode(TenantModel):
    """A one-time code. The digits rest sealed until their mail or text has left, then only as a digest."""

    while_frozen = WhileFrozen.GOES_ON

    visit = TenantForeignKey(EscrowVisit, on_delete=models.PROTECT, related_name="+")
    digits = SealedTextField(null=True)
    digest = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    spent_at = models.DateTimeField(null=True)
    # To the number on file instead of to the mailbox.
    by_phone = models.BooleanField(default=False, db_default=False)
    # Whether its mail left under verified TLS; null until it left.
    left_verified = models.BooleanField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "visit"],
                condition=Q(spent_at__isnull=True),
                name="escrow_code_one_in_force",
            ),
        ]


class EscrowEvent(TenantModel):
    """What happened to an item in the portal: part of its message's story. Append-only."""

    while_frozen = WhileFrozen.GOES_ON

    class Kind(models.TextChoices):
        NOTICE_ACCEPTED = "notice_accepted"
        NOTICE_FAILED = "notice_failed"
        PROVED = "proved"
        CODE_SENT = "code_sent"
        CODE_TEXTED = "code_texted"
        TEXT_SENT = "text_sent"
        TEXT_FAILED = "text_failed"
        CHECKED = "checked"
        REFUSED = "refused"
        LOCKED = "locked"
        OPENED = "opened"
        PRINTED = "printed"
        DOWNLOADED = "downloaded"
        REMINDED = "reminded"
        REISSUED = "reissued"
        REPLIED = "replied"
        SIGNED_OUT = "signed_out"
        EXPIRED = "expired"
        REVOKED = "revoked"
        WRONG_PERSON = "wrong_person"
        PASSPHRASE_ENDED = "passphrase_ended"  # noqa: S105 - the name of an event

    item = TenantForeignKey(EscrowItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    occurred_at = models.DateTimeField(default=clock.now, editable=False)
    detail = SealedJSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "notice_accepted",
                        "notice_failed",
                        "proved",
                        "code_sent",
                        "code_texted",
                        "text_sent",
                        "text_failed",
                        "checked",
                        "refused",
                        "locked",
                        "opened",
                        "printed",
                        "downloaded",
                        "reminded",
                        "reissued",
                        "replied",
                        "signed_out",
                        "expired",
                        "revoked",
                        "wrong_person",
                        "passphrase_ended",
                    ]
                ),
                name="escrow_event_has_a_known_kind",
            ),
        ]
        indexes: ClassVar = [
            # For the story of a message.
            models.Index(fields=["tenant", "item", "occurred_at"], name="escrow_event_of_item"),
        ]
