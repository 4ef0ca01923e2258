from typing import ClassVar

import orjson
from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import SealedBinaryField, SealedJSONField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class AuditEvent(TenantModel):
    """One thing that somebody did, or was refused. Append-only; no foreign keys, so nothing drags it along."""

    outlives_tenant = True
    while_frozen = WhileFrozen.GOES_ON

    class Outcome(models.TextChoices):
        DONE = "done"
        DENIED = "denied"
        FAILED = "failed"

    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=6, choices=Outcome, default=Outcome.DONE)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=150)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    detail = SealedJSONField()
    # Absent for events from before the tree, whose leaf does not speak of the detail.
    salt = SealedBinaryField(null=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    # The bytes that the tree is built over: these columns, the source and a commitment to the detail.
    leaf = models.BinaryField(editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=["done", "denied", "failed"]),
                name="audit_event_has_a_known_outcome",
            ),
            models.CheckConstraint(
                condition=Q(actor_kind__in=["user", "api_key", "patient", "system", "operator"]),
                name="audit_event_has_a_known_actor_kind",
            ),
        ]
        indexes: ClassVar = [
            # For the audit page: newest first, whole tenant or one object or one person.
            models.Index(fields=["tenant", "-recorded_at", "-id"], name="audit_event_newest"),
            models.Index(fields=["tenant", "object_id", "-recorded_at"], name="audit_event_object"),
            models.Index(fields=["tenant", "actor_id", "-recorded_at"], name="audit_event_actor"),
        ]

    @property
    def facts(self) -> dict[str, object]:
        """What the leaf says, the source of the act among it."""
        facts: dict[str, object] = orjson.loads(bytes(self.leaf))
        return facts

    @property
    def source(self) -> dict[str, str]:
        """From where the act came; nothing of it is known for events of before the tree."""
        source = self.facts.get("source")
        return source if isinstance(source, dict) else {}


class PendingLeaf(TenantModel):
    """An event that waits for its place in the tree. A trigger adds rows, the sequencer takes them; `id` is
    that of the event. The runtime role can look, and nothing else.
    """

    outlives_tenant = True
    while_frozen = WhileFrozen.GOES_ON

    leaf_hash = models.BinaryField()
    recorded_at = models.DateTimeField()


class Leaf(TenantModel):
    """The place of an event in its tenant's tree. `id` is that of the event, which may be disposed of one
    day: its hash stays, so that proofs of the others still hold.
    """

    outlives_tenant = True
    while_frozen = WhileFrozen.GOES_ON

    seq = models.PositiveBigIntegerField()
    hash = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "seq"], name="audit_leaf_one_for_a_place"),
        ]


class Subtree(TenantModel):
    """The root over a complete run of leaves, 16, 256, 4,096 ... of them: a proof reads these, not the leaves.

    Written by the sequencer, as the leaves are; whoever checks the log builds each anew.
    """

    outlives_tenant = True
    while_frozen = WhileFrozen.GOES_ON

    # Over 2 ** level leaves; `place` counts runs of this length from the left.
    level = models.PositiveSmallIntegerField()
    place = models.PositiveBigIntegerField()
    hash = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "level", "place"], name="audit_subtree_one_for_a_run"
            ),
            models.CheckConstraint(
                condition=Q(level__in=list(range(4, 64, 4))), name="audit_subtree_of_a_fourth_level"
            ),
        ]


class Tree(TenantModel):
    """How far a tenant's tree has grown, and the roots of its complete subtrees. `id` is the tenant's."""

    outlives_tenant = True
    while_frozen = WhileFrozen.GOES_ON

    size = models.PositiveBigIntegerField()
    frontier = models.BinaryField()
    root = models.BinaryField()
    signed_size = models.PositiveBigIntegerField(default=0)
    signed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(signed_size__lte=F("size")), name="audit_tree_signed_what_it_holds"
            ),
        ]


class Checkpoint(TenantModel):
    """A signed statement of size and root. Append-only."""

    outlives_tenant = True
    while_frozen = WhileFrozen.GOES_ON

    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    public_key = models.BinaryField()
    signed_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [
            # For the newest checkpoint of a tenant, and for the first that covers an event.
            models.Index(fields=["tenant", "size"], name="audit_checkpoint_by_size"),
        ]


class SigningKey(TenantModel):
    """An Ed25519 key of the platform, sealed under the platform's key. The newest signs."""

    while_frozen = WhileFrozen.GOES_ON

    number = models.PositiveIntegerField()
    public_key = models.BinaryField()
    seed = SealedBinaryField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "number"], name="audit_key_once_a_number"),
        ]


class Anchoring(TenantModel):
    """Where a tenant's checkpoints go every day by themselves. A way without a next time is off."""

    while_frozen = WhileFrozen.GOES_ON

    mail_due_at = models.DateTimeField(null=True)
    webhook_url = SealedTextField(null=True)
    webhook_due_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="audit_anchoring_once_a_tenant"),
            models.CheckConstraint(
                condition=Q(webhook_url__isnull=True, webhook_due_at__isnull=True)
                | Q(webhook_url__isnull=False, webhook_due_at__isnull=False),
                name="audit_anchoring_webhook_has_an_address",
            ),
        ]


class Anchor(TenantModel):
    """A checkpoint that left for a place where we cannot change it, or did not get there. Append-only."""

    outlives_tenant = True
    while_frozen = WhileFrozen.GOES_ON

    class Way(models.TextChoices):
        DOWNLOAD = "download", "Downloaded"
        MAIL = "mail", "Mailed"
        WEBHOOK = "webhook", "Sent to a system"

    way = models.CharField(max_length=8, choices=Way)
    size = models.PositiveBigIntegerField()
    note = models.TextField()
    # Why it did not get there; empty if it did.
    problem = models.CharField(max_length=40, blank=True)
    anchored_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(way__in=["download", "mail", "webhook"]),
                name="audit_anchor_went_a_known_way",
            ),
        ]
        indexes: ClassVar = [
            # For the newest anchors of a tenant, and for the evidence export.
            models.Index(fields=["tenant", "-anchored_at"], name="audit_anchor_newest"),
        ]
