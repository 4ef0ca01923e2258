"""Guard the passphrases; they go with their person."""

from django.db import migrations

TABLE = "delivery_portalpassphrase"
REFERENCES = f"""
SELECT kernel.refer('{TABLE}', 'contact_id', 'contacts_contact');
SELECT kernel.refer('delivery_escrowitem', 'passphrase_id', '{TABLE}');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0020_portal_passphrase")]
    operations = [
        migrations.RunSQL(f"SELECT kernel.guard('{TABLE}')", f"SELECT kernel.unguard('{TABLE}')"),
        migrations.RunSQL(REFERENCES, migrations.RunSQL.noop),
    ]
