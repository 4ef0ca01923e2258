"""Contacts, their schema, the consent ledger, activity and imports."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("identity", tenancy.fields.SealedJSONField()),
                ("attributes", tenancy.fields.SealedJSONField()),
                ("external_id_index", tenancy.fields.BlindIndexField()),
                ("email_index", tenancy.fields.BlindIndexField(null=True)),
                ("phone_index", tenancy.fields.BlindIndexField(null=True)),
                ("content_hash", tenancy.fields.BlindIndexField()),
                ("is_patient", models.BooleanField(default=True)),
                ("deceased_at", models.DateTimeField(null=True)),
                ("consents", models.JSONField(default=dict)),
                ("authorizations", models.JSONField(default=dict)),
                ("has_opted_out", models.BooleanField(default=False)),
                ("paused_until", models.DateTimeField(null=True)),
                ("prefers_portal", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=tenancy.clock.now)),
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
            name="Activity",
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
                            ("sent", "Sent"),
                            ("delivered", "Delivered"),
                            ("escrowed", "Waiting in the secure portal"),
                            ("bounced", "Bounced"),
                            ("complained", "Reported as spam"),
                            ("opened", "Opened"),
                            ("clicked", "Clicked"),
                            ("read", "Read in the secure portal"),
                            ("replied", "Replied"),
                            ("answered", "Answered a form"),
                            ("agreed", "Agreed"),
                            ("withdrew", "Withdrew"),
                            ("paused", "Paused all mail"),
                            ("resumed", "Resumed mail"),
                            ("changed", "Details changed"),
                            ("observed", "Reported by another system"),
                        ],
                        max_length=10,
                    ),
                ),
                ("occurred_at", models.DateTimeField(default=tenancy.clock.now)),
                ("cause", models.CharField(max_length=12)),
                ("cause_id", models.UUIDField(null=True)),
                ("detail", tenancy.fields.SealedJSONField(null=True)),
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
                    "contact",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "activity",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("file_name", tenancy.fields.SealedTextField()),
                ("encoding", models.CharField(max_length=10)),
                ("delimiter", models.CharField(max_length=1)),
                ("header", tenancy.fields.SealedJSONField()),
                ("mapping", tenancy.fields.SealedJSONField(null=True)),
                ("order", models.CharField(default="not_shown", max_length=12)),
                ("found_order", models.CharField(max_length=12, null=True)),
                ("basis", tenancy.fields.SealedJSONField(null=True)),
                ("counts", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "Columns to be matched"),
                            ("matched", "Consent basis to be chosen"),
                            ("checking", "Dry run under way"),
                            ("checked", "Ready to import"),
                            ("importing", "Importing"),
                            ("imported", "Imported"),
                            ("canceled", "Canceled"),
                            ("failed", "Stopped by a fault"),
                        ],
                        default="uploaded",
                        max_length=9,
                    ),
                ),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("started_by_id", models.CharField(max_length=64)),
                ("started_by_name", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "job",
                    tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenancy.job",
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
            name="ImportProblem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=20)),
                ("detail", tenancy.fields.SealedJSONField()),
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
                    "run",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.importrun",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ImportChunk",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("content", tenancy.fields.SealedBinaryField()),
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
                    "run",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.importrun",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Attribute",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*$",
                                "Use lower-case letters, digits and underscores.",
                            )
                        ],
                    ),
                ),
                ("label", models.CharField(max_length=60)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("number", "Number"),
                            ("date", "Date"),
                            ("boolean", "Yes or no"),
                            ("choice", "One of a list"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "phi_class",
                    models.CharField(
                        choices=[
                            ("none", "No PHI"),
                            ("limited", "Limited PHI"),
                            ("phi", "PHI"),
                            ("special", "Special PHI"),
                        ],
                        default="phi",
                        max_length=8,
                    ),
                ),
                ("choices", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "key"), name="attribute_once_per_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type__in", ["text", "number", "date", "boolean", "choice"])
                        ),
                        name="attribute_has_a_known_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phi_class__in", ["none", "limited", "phi", "special"])
                        ),
                        name="attribute_has_a_known_phi_class",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("contact_id", models.UUIDField()),
                ("purpose", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[("granted", "Agreed"), ("withdrawn", "Withdrew")], max_length=9
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("opt_in", "Opt-in"), ("authorization", "Signed authorization")],
                        max_length=13,
                    ),
                ),
                ("evidence", tenancy.fields.SealedJSONField()),
                ("occurred_at", models.DateTimeField(default=tenancy.clock.now)),
                ("recorded_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.CharField(max_length=64)),
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
                "indexes": [
                    models.Index(
                        fields=["tenant", "contact_id", "-recorded_at"], name="consent_of_contact"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["granted", "withdrawn"])),
                        name="consent_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["opt_in", "authorization"])),
                        name="consent_has_a_known_kind",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["tenant", "email_index"], name="contact_by_email"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["tenant", "phone_index"], name="contact_by_phone"),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                fields=("tenant", "external_id_index"), name="contact_once_per_record_number"
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                fields=["tenant", "contact", "-occurred_at"], name="activity_of_contact"
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "sent",
                            "delivered",
                            "escrowed",
                            "bounced",
                            "complained",
                            "opened",
                            "clicked",
                            "read",
                            "replied",
                            "answered",
                            "agreed",
                            "withdrew",
                            "paused",
                            "resumed",
                            "changed",
                            "observed",
                        ],
                    )
                ),
                name="activity_has_a_known_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="importrun",
            index=models.Index(
                condition=models.Q(("status__in", ["checking", "importing"])),
                fields=["lease_expires_at"],
                name="import_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "uploaded",
                            "matched",
                            "checking",
                            "checked",
                            "importing",
                            "imported",
                            "canceled",
                            "failed",
                        ],
                    )
                ),
                name="import_has_a_known_status",
            ),
        ),
        migrations.AddIndex(
            model_name="importproblem",
            index=models.Index(fields=["tenant", "run", "line"], name="import_problem_of_run"),
        ),
        migrations.AddConstraint(
            model_name="importchunk",
            constraint=models.UniqueConstraint(
                fields=("tenant", "run", "position"), name="import_chunk_once_per_position"
            ),
        ),
    ]
