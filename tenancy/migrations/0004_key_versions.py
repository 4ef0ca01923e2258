"""Keys have a purpose, a state and the name of the root key that wrapped them; rings tell of changes."""

from django.db import migrations, models

# Only the newest version of a tenant seals.
RETIRE = """
UPDATE tenancy_wrappedkey AS old SET state = 'decrypt_only', retired_at = now()
WHERE wrapped IS NOT NULL AND EXISTS (SELECT 1 FROM tenancy_wrappedkey newer
    WHERE newer.tenant = old.tenant AND newer.version > old.version AND newer.wrapped IS NOT NULL);
UPDATE tenancy_wrappedkey SET state = 'destroyed', destroyed_at = now() WHERE wrapped IS NULL;
INSERT INTO tenancy_keyring (tenant, changes)
    SELECT DISTINCT tenant, 0 FROM tenancy_wrappedkey ON CONFLICT DO NOTHING;
GRANT SELECT, INSERT, UPDATE ON tenancy_keyring TO sealpost_runtime;
"""
KNOWN_PURPOSES = ["seal", "derive", "context"]


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_walls")]
    operations = [
        migrations.CreateModel(
            name="KeyRing",
            fields=[
                ("tenant", models.UUIDField(primary_key=True, serialize=False)),
                ("changes", models.PositiveBigIntegerField(default=0)),
                ("disabled_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            "wrappedkey",
            "purpose",
            models.CharField(
                choices=[("seal", "Seal"), ("derive", "Derive"), ("context", "Context")],
                default="seal",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "wrappedkey",
            "state",
            models.CharField(
                choices=[
                    ("active", "Active"),
                    ("decrypt_only", "Decrypt Only"),
                    ("destroyed", "Destroyed"),
                ],
                default="active",
                max_length=12,
            ),
        ),
        migrations.AddField(
            "wrappedkey", "root", models.CharField(blank=True, default="", max_length=64), False
        ),
        migrations.AddField("wrappedkey", "retired_at", models.DateTimeField(null=True)),
        migrations.AddField("wrappedkey", "destroyed_at", models.DateTimeField(null=True)),
        migrations.RunSQL(RETIRE, migrations.RunSQL.noop, hints={"keys_database": True}),
        migrations.RemoveConstraint("wrappedkey", "wrapped_key_once_per_version"),
        migrations.AddConstraint(
            "wrappedkey",
            models.UniqueConstraint(
                fields=("tenant", "purpose", "version"), name="wrapped_key_once_per_version"
            ),
        ),
        migrations.AddConstraint(
            "wrappedkey",
            models.UniqueConstraint(
                condition=models.Q(("state", "active")),
                fields=("tenant", "purpose"),
                name="wrapped_key_active_once_per_purpose",
            ),
        ),
        migrations.AddConstraint(
            "wrappedkey",
            models.CheckConstraint(
                condition=models.Q(("purpose__in", KNOWN_PURPOSES)),
                name="wrapped_key_has_a_known_purpose",
            ),
        ),
        migrations.AddConstraint(
            "wrappedkey",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["active", "decrypt_only"]), ("wrapped__isnull", False)),
                    models.Q(
                        ("destroyed_at__isnull", False),
                        ("state", "destroyed"),
                        ("wrapped__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="wrapped_key_is_empty_once_destroyed",
            ),
        ),
        migrations.AddField("job", "lease_expires_at", models.DateTimeField(null=True)),
    ]
