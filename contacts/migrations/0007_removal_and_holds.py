"""What goes by age, and what a legal hold keeps."""

from django.db import migrations

GOES = [
    "contacts_activity",
    "contacts_contactexport",
    "contacts_exportchunk",
    "contacts_importchunk",
    "contacts_importproblem",
    "contacts_importrun",
    "contacts_look",
]
# Table, and expressions over the deleted rows: which contact and which campaign they are about.
KEPT = [
    ("contacts_contact", "gone.id", "NULL::uuid"),
    (
        "contacts_activity",
        "gone.contact_id",
        "CASE gone.cause WHEN 'campaign' THEN gone.cause_id END",
    ),
    ("contacts_consentrecord", "gone.contact_id", "NULL::uuid"),
]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0006_contact_export"), ("compliance", "0006_legal_hold")]
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
