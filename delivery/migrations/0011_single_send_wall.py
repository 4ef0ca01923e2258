"""Guard what systems asked for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0010_single_send")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_singlesend')",
            "SELECT kernel.unguard('delivery_singlesend')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_singlesend', 'campaign_id', 'campaigns_campaign')",
            migrations.RunSQL.noop,
        ),
    ]
