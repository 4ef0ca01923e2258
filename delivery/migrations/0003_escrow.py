"""Items in the portal, visits to them, codes, and the events of both."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0002_walls"),
        ("delivery", "0002_walls"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="EscrowItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("unsafe_transport", "The way to the mailbox is not safe enough."),
                            ("specially_protected", "It holds specially protected information."),
                            ("prefers_portal", "The person asked for the secure portal."),
                            ("shared_address", "Several people read this mailbox."),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Not read yet"),
                            ("read", "Read"),
                            ("expired", "Expired"),
                            ("revoked", "Recalled"),
                            ("wrong_person", "Closed: wrong mailbox"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("language", models.CharField(max_length=2)),
                ("deposited_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("server_share", tenancy.fields.SealedBinaryField(null=True)),
                ("wrapped_key", models.BinaryField(null=True)),
                ("proof_digest", models.BinaryField(null=True)),
                ("receipt_digest", models.BinaryField(null=True)),
                ("subject", models.BinaryField(null=True)),
                ("html", models.BinaryField(null=True)),
                ("text", models.BinaryField(null=True)),
                ("notice_link_key", tenancy.fields.SealedBinaryField(null=True)),
                (
                    "contact",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "message",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.message",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EscrowEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("notice_accepted", "Notice Accepted"),
                            ("notice_failed", "Notice Failed"),
                            ("proved", "Proved"),
                            ("code_sent", "Code Sent"),
                            ("checked", "Checked"),
                            ("refused", "Refused"),
                            ("locked", "Locked"),
                            ("opened", "Opened"),
                            ("signed_out", "Signed Out"),
                            ("expired", "Expired"),
                            ("revoked", "Revoked"),
                            ("wrong_person", "Wrong Person"),
                        ],
                        max_length=20,
                    ),
                ),
                ("occurred_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("detail", tenancy.fields.SealedJSONField(default=dict)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "item",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.escrowitem",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EscrowVisit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("cookie_digest", models.BinaryField()),
                ("began_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("seen_at", models.DateTimeField(default=tenancy.clock.now)),
                ("checked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "item",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.escrowitem",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EscrowCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digits", tenancy.fields.SealedTextField(null=True)),
                ("digest", models.BinaryField()),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("spent_at", models.DateTimeField(null=True)),
                ("left_verified", models.BooleanField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "visit",
                    tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.escrowvisit",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="escrowitem",
            index=models.Index(
                condition=models.Q(("status__in", ["waiting", "read"])),
                fields=["expires_at"],
                name="escrow_item_expiring",
            ),
        ),
        migrations.AddIndex(
            model_name="escrowitem",
            index=models.Index(fields=["tenant", "contact"], name="escrow_item_of_contact"),
        ),
        migrations.AddConstraint(
            model_name="escrowitem",
            constraint=models.UniqueConstraint(
                fields=("tenant", "message"), name="escrow_item_once_per_message"
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "unsafe_transport",
                            "specially_protected",
                            "prefers_portal",
                            "shared_address",
                        ],
                    )
                ),
                name="escrow_item_has_a_known_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("proof_digest__isnull", False),
                        ("server_share__isnull", False),
                        ("status__in", ["waiting", "read"]),
                        ("wrapped_key__isnull", False),
                    ),
                    models.Q(
                        ("html__isnull", True),
                        ("notice_link_key__isnull", True),
                        ("proof_digest__isnull", True),
                        ("server_share__isnull", True),
                        ("status__in", ["expired", "revoked", "wrong_person"]),
                        ("text__isnull", True),
                        ("wrapped_key__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="escrow_item_keeps_keys_only_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("read_at__isnull", False), ("status", "read")),
                    models.Q(("status", "read"), _negated=True),
                    _connector="OR",
                ),
                name="escrow_item_read_at_set_once_read",
            ),
        ),
        migrations.AddIndex(
            model_name="escrowevent",
            index=models.Index(
                fields=["tenant", "item", "occurred_at"], name="escrow_event_of_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "notice_accepted",
                            "notice_failed",
                            "proved",
                            "code_sent",
                            "checked",
                            "refused",
                            "locked",
                            "opened",
                            "signed_out",
                            "expired",
                            "revoked",
                            "wrong_person",
                        ],
                    )
                ),
                name="escrow_event_has_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowvisit",
            constraint=models.UniqueConstraint(
                fields=("tenant", "cookie_digest"), name="escrow_visit_once_per_cookie"
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowvisit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("tenant", "item"),
                name="escrow_visit_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("spent_at__isnull", True)),
                fields=("tenant", "visit"),
                name="escrow_code_one_in_force",
            ),
        ),
    ]
