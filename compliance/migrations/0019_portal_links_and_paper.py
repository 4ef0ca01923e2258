"""Whether staff may send a new link to a portal message; whether people may print it and write back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0018_sender_takes_replies"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="portal_may_print",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="policy",
            name="portal_may_reissue",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="policy",
            name="portal_may_reply",
            field=models.BooleanField(default=True),
        ),
    ]
