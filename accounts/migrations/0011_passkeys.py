"""Passkeys and the questions put to them: rows of the platform's tenant, as all secrets of people."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_api_key_networks_and_rotation"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Passkey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("credential", tenancy.fields.BlindIndexField()),
                ("credential_id", tenancy.fields.SealedBinaryField()),
                ("public_key", tenancy.fields.SealedBinaryField()),
                ("transports", models.JSONField(default=list)),
                ("sign_count", models.BigIntegerField(default=0)),
                ("may_be_backed_up", models.BooleanField()),
                ("is_backed_up", models.BooleanField()),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("last_used_at", models.DateTimeField(null=True)),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["tenant", "user"], name="passkey_user")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "credential"), name="passkey_once_per_credential"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign_count__gte", 0)),
                        name="passkey_counter_is_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("may_be_backed_up", True), ("is_backed_up", False), _connector="OR"
                        ),
                        name="passkey_is_backed_up_only_if_it_may_be",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PasskeyChallenge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("challenge_hash", models.BinaryField()),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("register", "A new passkey"),
                            ("sign_in", "Sign-in"),
                            ("confirm", "Confirmation of who somebody is"),
                        ],
                        max_length=8,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
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
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["tenant", "expires_at"], name="passkey_challenge_expires_at"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "challenge_hash"), name="passkey_challenge_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["register", "sign_in", "confirm"])),
                        name="passkey_challenge_has_a_known_purpose",
                    ),
                ],
            },
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('accounts_{table}')",
                f"SELECT kernel.unguard('accounts_{table}')",
            )
            for table in ("passkey", "passkeychallenge")
        ),
    ]
