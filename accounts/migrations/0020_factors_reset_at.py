"""When two people let somebody set up new factors: sensitive acts stay closed to them for a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0019_form_answer")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="factors_reset_at",
            field=models.DateTimeField(null=True),
        ),
    ]
