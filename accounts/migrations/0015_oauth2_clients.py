"""Systems that prove who they are with a client secret or a key pair, and get tokens for five minutes."""

from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import tenancy.clock
import tenancy.ids
import tenancy.models
import tenancy.scope

GUARD = """
SELECT kernel.guard('accounts_accesstoken');
SELECT kernel.guard('accounts_usedassertion');
SELECT kernel.refer('accounts_accesstoken', 'key_id', 'accounts_apikey');
SELECT kernel.refer('accounts_usedassertion', 'key_id', 'accounts_apikey');
"""
UNGUARD = """
SELECT kernel.unguard('accounts_accesstoken');
SELECT kernel.unguard('accounts_usedassertion');
"""
# A request brings a client's id or a token before anybody knows the tenant: two functions tell.
TENANTS = """
CREATE FUNCTION kernel.tenant_of_api_client(client uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.tenant_id FROM public.accounts_apikey k
    JOIN public.tenancy_tenant t ON t.id = k.tenant_id
    WHERE k.id = client AND k.way <> 'key' AND t.status = 'active'
$$;
SELECT kernel.schedule_through('kernel.tenant_of_api_client(uuid)', 'accounts_apikey');
CREATE FUNCTION kernel.tenant_of_access_token(secret bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.tenant_id FROM public.accounts_accesstoken k
    JOIN public.tenancy_tenant t ON t.id = k.tenant_id
    WHERE k.token_hash = secret AND t.status = 'active'
$$;
SELECT kernel.schedule_through('kernel.tenant_of_access_token(bytea)', 'accounts_accesstoken');
"""
NO_TENANTS = """
DROP FUNCTION kernel.tenant_of_access_token(bytea);
DROP FUNCTION kernel.tenant_of_api_client(uuid);
"""


def _own() -> list[tuple[str, models.Field]]:
    return [
        (
            "id",
            models.UUIDField(
                default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
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
        (
            "key",
            tenancy.models.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.apikey",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_factors_only_narrow")]

    operations = [
        migrations.AddField(
            "apikey",
            "way",
            models.CharField(
                choices=[
                    ("key", "API key"),
                    ("secret", "OAuth2 with a client secret"),
                    ("key_pair", "OAuth2 with its own key pair"),
                ],
                default="key",
                max_length=8,
            ),
        ),
        migrations.AddField("apikey", "jwks", models.JSONField(null=True)),
        migrations.AddField(
            "apikey",
            "jwks_url",
            models.CharField(blank=True, default="", max_length=2_000),
            preserve_default=False,
        ),
        migrations.AddField("apikey", "jwks_read_at", models.DateTimeField(null=True)),
        migrations.AddField("apikey", "jwks_tried_at", models.DateTimeField(null=True)),
        migrations.AlterField("apikey", "hint", models.CharField(blank=True, max_length=12)),
        migrations.AlterField("apikey", "secret_hash", models.BinaryField(null=True)),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(
                condition=Q(
                    way__in=["key", "secret"],
                    secret_hash__isnull=False,
                    jwks__isnull=True,
                    jwks_url="",
                )
                | Q(way="key_pair", secret_hash__isnull=True, jwks__isnull=False),
                name="api_key_has_a_secret_or_a_key_pair",
            ),
        ),
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                *_own(),
                ("token_hash", models.BinaryField()),
                ("scopes", models.JSONField()),
                ("issued_at", models.DateTimeField(default=tenancy.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "token_hash"), name="access_token_once_per_secret"
                    ),
                    models.CheckConstraint(
                        condition=Q(expires_at__lte=F("issued_at") + timedelta(minutes=5)),
                        name="access_token_lasts_at_most_five_minutes",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["token_hash"], name="access_token_secret"),
                    models.Index(
                        fields=["tenant", "key", "expires_at"], name="access_token_of_key"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsedAssertion",
            fields=[
                *_own(),
                ("jti_hash", models.BinaryField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "key", "jti_hash"), name="assertion_used_once"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(TENANTS, NO_TENANTS),
    ]
