"""Mail to the unsubscribe address of a message is kept like bounces and replies."""

from django.db import migrations, models
from django.db.models import Q

KNOWN = ["return", "reply", "stop", "abuse", "postmaster", "tls"]


class Migration(migrations.Migration):
    dependencies = [("delivery", "0044_reply_files")]

    operations = [
        migrations.RemoveConstraint("inboundmail", "inbound_mail_has_a_known_mailbox"),
        migrations.AddConstraint(
            "inboundmail",
            models.CheckConstraint(
                condition=Q(mailbox__in=KNOWN), name="inbound_mail_has_a_known_mailbox"
            ),
        ),
        migrations.AlterField(
            "inboundmail",
            "mailbox",
            models.CharField(
                choices=[
                    ("return", "Return path of a message"),
                    ("reply", "Reply address of a message"),
                    ("stop", "Unsubscribe address of a message"),
                    ("abuse", "Complaints"),
                    ("postmaster", "Postmaster"),
                    ("tls", "Reports about TLS"),
                ],
                max_length=10,
            ),
        ),
    ]
