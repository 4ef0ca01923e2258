"""From where a key may come, two secrets side by side while one replaces the other, and who allowed PHI."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import F, Q

import accounts.networks

# Keys from before this rule go on: an upgrade stops no system. The list shows that nobody was asked.
ALLOW_OLD_KEYS = """
UPDATE accounts_apikey SET allowed_by = 'Made before anybody was asked' WHERE scopes ? 'phi.read'
"""
EITHER = """
CREATE OR REPLACE FUNCTION kernel.tenant_of_api_key(secret bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.tenant_id FROM public.accounts_apikey k
    JOIN public.tenancy_tenant t ON t.id = k.tenant_id
    WHERE (k.secret_hash = secret OR k.old_secret_hash = secret) AND t.status = 'active'
$$;
"""
FORMER = """
CREATE OR REPLACE FUNCTION kernel.tenant_of_api_key(secret bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.tenant_id FROM public.accounts_apikey k
    JOIN public.tenancy_tenant t ON t.id = k.tenant_id
    WHERE k.secret_hash = secret AND t.status = 'active'
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_sessions_as_devices")]

    operations = [
        migrations.AddField(
            "apikey", "old_hint", models.CharField(blank=True, default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AddField("apikey", "old_secret_hash", models.BinaryField(null=True)),
        migrations.AddField("apikey", "old_ends_at", models.DateTimeField(null=True)),
        migrations.AddField("apikey", "rotated_at", models.DateTimeField(null=True)),
        migrations.AddField("apikey", "networks", accounts.networks.NetworksField(default=list)),
        migrations.AddField("apikey", "is_allowed", models.BooleanField(default=True)),
        migrations.AddField(
            "apikey", "allowed_by", models.CharField(blank=True, default="", max_length=150),
            preserve_default=False,
        ),
        migrations.AddField("apikey", "told_at", models.DateTimeField(null=True)),
        migrations.RunSQL(ALLOW_OLD_KEYS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + timedelta(days=365)),
                name="api_key_lives_at_most_a_year",
            ),
        ),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(
                condition=Q(old_secret_hash__isnull=True, old_ends_at__isnull=True, old_hint="")
                | Q(
                    old_secret_hash__isnull=False,
                    old_ends_at__lte=F("rotated_at") + timedelta(days=7),
                ),
                name="api_key_old_secret_ends_within_a_week",
            ),
        ),
        migrations.AddIndex(
            "apikey", models.Index(fields=["old_secret_hash"], name="api_key_old_secret")
        ),
        migrations.RunSQL(EITHER, FORMER),
    ]  # fmt: skip
