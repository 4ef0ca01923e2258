"""The author of a campaign may choose the portal for everybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0006_dispatch_walls"),
    ]

    operations = [
        migrations.AlterField(
            model_name="escrowitem",
            name="reason",
            field=models.CharField(
                choices=[
                    ("unsafe_transport", "The way to the mailbox is not safe enough."),
                    ("specially_protected", "It holds specially protected information."),
                    ("prefers_portal", "The person asked for the secure portal."),
                    ("shared_address", "Several people read this mailbox."),
                    ("author_choice", "The sender chose the secure portal."),
                ],
                max_length=20,
            ),
        ),
    ]
