"""The portal learns two more reasons: a provider that the clinic lists, and a suspected downgrade."""

from django.db import migrations, models

BEFORE = ["unsafe_transport", "specially_protected", "prefers_portal", "shared_address"]
AFTER = [*BEFORE, "author_choice", "staff_choice", "listed_domain", "downgraded"]


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0026_message_due_by_class"),
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
                    ("listed_domain", "Mail to this provider goes by the secure portal."),
                    ("downgraded", "The way was safe until lately and is not any more."),
                    ("staff_choice", "Staff moved it there instead of further tries."),
                ],
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint(model_name="escrowitem", name="escrow_item_has_a_known_reason"),
        migrations.AddConstraint(
            model_name="escrowitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", AFTER)), name="escrow_item_has_a_known_reason"
            ),
        ),
    ]
