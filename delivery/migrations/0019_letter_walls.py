"""Guard what systems wrote; it goes by age and with the person, and a legal hold keeps it."""

from django.db import migrations

TABLES = ("delivery_letter", "delivery_letterfile")
REFERENCES = (
    ("delivery_letter", "send_id", "delivery_singlesend"),
    ("delivery_letter", "contact_id", "contacts_contact"),
    ("delivery_letterfile", "letter_id", "delivery_letter"),
)
OF_LETTER = """(
SELECT l.contact_id FROM public.delivery_letter l
WHERE l.tenant_id = gone.tenant_id AND l.id = gone.letter_id)
"""
CAMPAIGN_OF_LETTER = """(
SELECT s.campaign_id FROM public.delivery_singlesend s
WHERE s.tenant_id = gone.tenant_id AND s.id = gone.send_id)
"""
CAMPAIGN_OF_FILE = """(
SELECT s.campaign_id FROM public.delivery_letter l
JOIN public.delivery_singlesend s ON s.tenant_id = l.tenant_id AND s.id = l.send_id
WHERE l.tenant_id = gone.tenant_id AND l.id = gone.letter_id)
"""
KEPT = (
    ("delivery_letter", "gone.contact_id", CAMPAIGN_OF_LETTER),
    ("delivery_letterfile", OF_LETTER, CAMPAIGN_OF_FILE),
)


class Migration(migrations.Migration):
    dependencies = [("delivery", "0018_letters")]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('{table}')", f"SELECT kernel.unguard('{table}')"
            )
            for table in TABLES
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.refer('{table}', '{column}', '{target}')", migrations.RunSQL.noop
            )
            for table, column, target in REFERENCES
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.allow_removal('{table}')",
                f"SELECT kernel.forbid_removal('{table}')",
            )
            for table in TABLES
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.keep_held('{table}', $${contact}$$, $${campaign}$$)",
                f"DROP TRIGGER kept_by_hold ON public.{table}",
            )
            for table, contact, campaign in KEPT
        ),
    ]
