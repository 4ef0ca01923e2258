"""Addresses of staff that the service's own mail does not reach; the operator sees how many, for whom."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import tenancy.fields
import tenancy.ids
import tenancy.scope

COUNTED = """
CREATE FUNCTION kernel.unreached_addresses(since timestamptz)
RETURNS TABLE (tenant uuid, addresses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.accounts_unreachedaddress
    WHERE accepted_at IS NULL OR accepted_at > since GROUP BY tenant_id
$$;
SELECT kernel.schedule_through(
    'kernel.unreached_addresses(timestamptz)', 'accounts_unreachedaddress');
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_factors_reset_at"), ("tenancy", "0009_frozen_rows")]

    operations = [
        migrations.CreateModel(
            name="UnreachedAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", tenancy.fields.SealedTextField()),
                ("address_index", tenancy.fields.BlindIndexField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("unknown", "There is no such mailbox."),
                            ("full", "The mailbox is full."),
                            ("silent", "No mail server of the domain answered."),
                            ("refused", "The mail server refuses our mail."),
                            (
                                "unsafe",
                                "The mail servers break what their domain promises of them.",
                            ),
                        ],
                        max_length=7,
                    ),
                ),
                ("failed_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
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
                        fields=["tenant", "address_index"], name="unreached_address_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(reason__in=["unknown", "full", "silent", "refused", "unsafe"]),
                        name="unreached_address_has_a_known_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('accounts_unreachedaddress'); "
            "SELECT kernel.allow_removal('accounts_unreachedaddress')",
            "SELECT kernel.unguard('accounts_unreachedaddress')",
        ),
        migrations.RunSQL(COUNTED, "DROP FUNCTION kernel.unreached_addresses(timestamptz)"),
    ]
