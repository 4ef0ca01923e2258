"""Guard the passkeys; they go with their person, or when the person wants it."""

from django.db import migrations

TABLE = "delivery_portalpasskey"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0032_portal_passkey")]
    operations = [
        migrations.RunSQL(f"SELECT kernel.guard('{TABLE}')", f"SELECT kernel.unguard('{TABLE}')"),
        migrations.RunSQL(
            f"SELECT kernel.refer('{TABLE}', 'contact_id', 'contacts_contact')",
            migrations.RunSQL.noop,
        ),
    ]
