from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from contacts.fields import Field, Kind, PhiClass
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedJSONField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class Contact(TenantModel):
    """A person. Whatever identifies or describes them is sealed; three blind indexes find them."""

    while_frozen = WhileFrozen.WINDS_DOWN

    identity = SealedJSONField()
    attributes = SealedJSONField()
    external_id_index = BlindIndexField()
    email_index = BlindIndexField(null=True)
    phone_index = BlindIndexField(null=True)
    # Keyed fingerprint of identity and attributes: an import passes over what did not change.
    content_hash = BlindIndexField()
    is_patient = models.BooleanField(default=True)
    # When we learned of it; the day itself is in the sealed identity.
    deceased_at = models.DateTimeField(null=True)
    # The ledger's latest word per purpose, kept beside the person so that audiences stream fast.
    consents = models.JSONField(default=dict)
    # Purpose of a signed authorization in force → its last day, or null.
    authorizations = models.JSONField(default=dict)
    has_opted_out = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True)
    prefers_portal = models.BooleanField(default=False)
    # Asked us not to note what they open or which links they follow.
    refuses_counting = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "external_id_index"], name="contact_once_per_record_number"
            ),
        ]
        indexes: ClassVar = [
            # For search and for who shares a mailbox: families do.
            models.Index(fields=["tenant", "email_index"], name="contact_by_email"),
            models.Index(fields=["tenant", "phone_index"], name="contact_by_phone"),
        ]

    @property
    def is_paused(self) -> bool:
        return self.paused_until is not None and self.paused_until > clock.now()


class Attribute(TenantModel):
    """One thing this tenant knows about people, beyond their identity."""

    key = models.CharField(
        max_length=40,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9_]*$", "Use lower-case letters, digits and underscores.")
        ],
    )
    label = models.CharField(max_length=60)
    type = models.CharField(max_length=8, choices=Kind)
    phi_class = models.CharField(max_length=8, choices=PhiClass, default=PhiClass.PHI)
    choices = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key"], name="attribute_once_per_key"),
            models.CheckConstraint(
                condition=Q(type__in=["text", "number", "date", "boolean", "choice", "email"]),
                name="attribute_has_a_known_type",
            ),
            models.CheckConstraint(
                condition=Q(phi_class__in=["none", "limited", "phi", "special"]),
                name="attribute_has_a_known_phi_class",
            ),
        ]

    def as_field(self) -> Field:
        return Field(self.key, self.label, self.type, self.phi_class, tuple(self.choices))


class Activity(TenantModel):
    """A fact about a person: what reached them and what they did. Upper apps write, all may read."""

    while_frozen = WhileFrozen.GOES_ON

    class Kind(models.TextChoices):
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        ESCROWED = "escrowed", "Waiting in the secure portal"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Reported as spam"
        OPENED = "opened", "Opened"
        CLICKED = "clicked", "Clicked"
        READ = "read", "Read in the secure portal"
        REPLIED = "replied", "Replied"
        ANSWERED = "answered", "Answered a form"
        AGREED = "agreed", "Agreed"
        WITHDREW = "withdrew", "Withdrew"
        PAUSED = "paused", "Paused all mail"
        RESUMED = "resumed", "Resumed mail"
        CHANGED = "changed", "Details changed"
        OBSERVED = "observed", "Reported by another system"

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    occurred_at = models.DateTimeField(default=clock.now)
    # What led to it: campaign, visit, api, notice, test, staff, patient, import; and that row's id.
    cause = models.CharField(max_length=12)
    cause_id = models.UUIDField(null=True)
    detail = SealedJSONField(null=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "activity"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "sent", "delivered", "escrowed", "bounced", "complained", "opened",
                        "clicked", "read", "replied", "answered", "agreed", "withdrew", "paused",
                        "resumed", "changed", "observed",
                    ]
                ),
                name="activity_has_a_known_kind",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            # For the contact's timeline, and for rules and caps over recent activity.
            models.Index(fields=["tenant", "contact", "-occurred_at"], name="activity_of_contact"),
        ]
