"""Guard how people were reached; what is under a legal hold stays."""

from django.db import migrations

CONTACT = """
SELECT m.contact_id FROM public.delivery_message m
WHERE m.tenant_id = gone.tenant_id AND m.id = gone.message_id
"""
CAMPAIGN = """
SELECT CASE m.cause WHEN 'campaign' THEN m.cause_id WHEN 'api' THEN (
    SELECT s.campaign_id FROM public.delivery_singlesend s
    WHERE s.tenant_id = m.tenant_id AND s.id = m.cause_id) END
FROM public.delivery_message m WHERE m.tenant_id = gone.tenant_id AND m.id = gone.message_id
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0028_follow_up"), ("compliance", "0006_legal_hold")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_followup')", "SELECT kernel.unguard('delivery_followup')"
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_followup', 'message_id', 'delivery_message')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_followup')",
            "SELECT kernel.forbid_removal('delivery_followup')",
        ),
        migrations.RunSQL(
            f"SELECT kernel.keep_held('delivery_followup', $${CONTACT}$$, $${CAMPAIGN}$$)",
            "DROP TRIGGER kept_by_hold ON public.delivery_followup",
        ),
    ]
