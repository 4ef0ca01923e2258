"""Guard what is remembered of domains."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0008_domain_posture")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_domainposture')",
            "SELECT kernel.unguard('delivery_domainposture')",
        ),
    ]
