"""A campaign is under way while a message waits for another try: asked every few seconds for days."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("delivery", "0011_single_send_wall"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", "deferred")),
                fields=["tenant", "cause_id"],
                name="message_to_retry",
            ),
        ),
    ]
