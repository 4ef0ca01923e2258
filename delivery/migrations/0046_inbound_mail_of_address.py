"""Count quickly how many mails one address had lately, and find those about a message."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0045_mail_to_unsubscribe")]

    operations = [
        migrations.AddIndex(
            "inboundmail",
            models.Index(
                fields=["tenant", "mailbox", "message", "received_at"],
                name="inbound_mail_of_address",
            ),
        ),
    ]
