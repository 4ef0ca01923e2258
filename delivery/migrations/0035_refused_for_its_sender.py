"""Find quickly how much was refused for its sender lately: few rows, so the indexes are small."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("delivery", "0034_tls_report")]

    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["tenant", "settled_at"],
                condition=Q(reason="sender_refused"),
                name="message_sender_refused",
            ),
        ),
        migrations.AddIndex(
            "inboundmail",
            models.Index(
                fields=["tenant", "read_at"],
                condition=Q(finding="sender_refused"),
                name="inbound_mail_sender_refused",
            ),
        ),
    ]
