"""DKIM keys become rows: each with its selector, the time since when it signs, and its end."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope
from tenancy.ids import uuid7
from tenancy.keyring import keys_of

MOVED = """
INSERT INTO compliance_dkimkey (
    id, tenant_id, domain_id, algorithm, selector, public_key, private_key, made_at, signs_since
) VALUES (%s, %s, %s, 'rsa', %s, %s, %s, %s, %s)
"""


def move(_apps, schema_editor):
    """The keys that sign today, sealed anew for their place. Raises KeyUnavailable while keys are off."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, tenant_id, selector, public_key, private_key, created_at "
            "FROM compliance_senderdomain"
        )
        for domain, tenant, selector, public_key, sealed, made_at in cursor.fetchall():
            keys, key_id = keys_of(tenant), uuid7()
            was = {"table": "compliance_senderdomain", "column": "private_key"}
            private_key = keys.unseal(bytes(sealed), **was, row=domain)
            again = keys.seal(
                private_key, table="compliance_dkimkey", column="private_key", row=key_id
            )
            values = [key_id, tenant, domain, selector, public_key, again, made_at, made_at]
            cursor.execute(MOVED, values)


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0014_policy_portal_must_agree"),
        ("tenancy", "0009_frozen_rows"),
    ]
    operations = [
        migrations.CreateModel(
            name="DkimKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "algorithm",
                    models.CharField(
                        choices=[("rsa", "RSA, 2048 bits"), ("ed25519", "Ed25519")], max_length=7
                    ),
                ),
                ("selector", models.CharField(max_length=63)),
                ("public_key", models.TextField()),
                ("private_key", tenancy.fields.SealedBinaryField(null=True)),
                ("made_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("signs_since", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "domain",
                    tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="compliance.senderdomain",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "domain", "selector"),
                        name="dkim_selector_once_per_domain",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("retired_at__isnull", True), ("signs_since__isnull", False)
                        ),
                        fields=("tenant", "domain", "algorithm"),
                        name="dkim_one_key_of_a_kind_signs",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("retired_at__isnull", True), ("signs_since__isnull", True)
                        ),
                        fields=("tenant", "domain", "algorithm"),
                        name="dkim_one_key_of_a_kind_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("algorithm__in", ["rsa", "ed25519"])),
                        name="dkim_key_is_of_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("private_key__isnull", False), ("retired_at__isnull", True)),
                            models.Q(("private_key__isnull", True), ("retired_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="dkim_private_half_goes_at_retirement",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('compliance_dkimkey')",
            "SELECT kernel.unguard('compliance_dkimkey')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('compliance_dkimkey', 'domain_id', 'compliance_senderdomain')",
            "ALTER TABLE compliance_dkimkey DROP CONSTRAINT compliance_dkimkey_domain_id_same_tenant",
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
