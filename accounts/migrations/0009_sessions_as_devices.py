"""Sessions say which browser, from which network, in which workspace, and why they ended."""

from django.db import migrations, models

# From within a workspace: sessions are rows of the platform's tenant, and what ends somebody's rights
# ends them in the same transaction. It sees those that work in the caller's own workspace only.
END_HERE = """
CREATE FUNCTION kernel.end_sessions_here(person uuid) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH ended AS (
        UPDATE public.accounts_session SET ended_at = now(), ended_because = 'administrator'
        WHERE user_id = person AND workspace = kernel.current_tenant() AND ended_at IS NULL
        RETURNING 1)
    SELECT count(*) FROM ended
$$;
SELECT kernel.schedule_through('kernel.end_sessions_here(uuid)', 'accounts_session');
GRANT UPDATE (ended_at, ended_because) ON accounts_session TO sealpost_scheduler;
"""
NOT_END_HERE = """
REVOKE UPDATE (ended_at, ended_because) ON accounts_session FROM sealpost_scheduler;
DROP FUNCTION kernel.end_sessions_here(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_security_settings"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="session",
            name="address",
        ),
        migrations.AddField(
            model_name="session",
            name="browser",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="session",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="ended_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("idle", "You were away for a while, so we signed you out."),
                    ("limit", "You signed in on another device, and five at a time is the limit."),
                    ("person", "You signed this browser out from another device."),
                    ("administrator", "Your workspace ended this session. Sign in again."),
                    ("network", "This workspace opens from its own networks only."),
                    ("password", "The password was changed. Sign in with the new one."),
                ],
                max_length=13,
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="network",
            field=models.CharField(blank=True, max_length=43),
        ),
        migrations.AddField(
            model_name="session",
            name="workspace",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_because", "")),
                    models.Q(
                        ("ended_at__isnull", False), models.Q(("ended_because", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="session_ended_for_a_reason",
            ),
        ),
        migrations.RunSQL(END_HERE, NOT_END_HERE),
    ]
