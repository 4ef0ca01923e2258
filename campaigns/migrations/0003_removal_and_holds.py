"""What goes by age, and what a legal hold keeps."""

from django.db import migrations

GOES = [
    "campaigns_campaign",
    "campaigns_approval",
    "campaigns_testsend",
]
# Table, and expressions over the deleted rows: which contact and which campaign they are about.
KEPT = [
    ("campaigns_campaign", "NULL::uuid", "gone.id"),
    ("campaigns_approval", "NULL::uuid", "gone.campaign_id"),
    ("campaigns_testsend", "gone.contact_id", "gone.campaign_id"),
]


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_walls"), ("compliance", "0006_legal_hold")]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.allow_removal('{table}')",
                f"SELECT kernel.forbid_removal('{table}')",
            )
            for table in GOES
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.keep_held('{table}', $${contact}$$, $${campaign}$$)",
                f"DROP TRIGGER kept_by_hold ON public.{table}",
            )
            for table, contact, campaign in KEPT
        ),
    ]
