"""Since when a workspace has shown that a domain is its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0026_portal_files_may_be_saved"),
    ]

    operations = [
        migrations.AddField(
            model_name="senderdomain",
            name="proven_at",
            field=models.DateTimeField(null=True),
        ),
    ]
