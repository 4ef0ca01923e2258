"""A visit remembers that a passkey told who somebody is: such a visit sees the list of messages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0042_own_mail_comes_back")]
    operations = [
        migrations.AddField(
            model_name="escrowvisit",
            name="by_passkey",
            field=models.BooleanField(default=False),
        ),
    ]
