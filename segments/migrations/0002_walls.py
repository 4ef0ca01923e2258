"""Guard the segments of a tenant."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_segment")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('segments_segment')", "SELECT kernel.unguard('segments_segment')"
        ),
    ]
