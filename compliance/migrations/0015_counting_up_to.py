"""In which mail openings and clicks may be counted; at first in none that tells of care."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0014_policy_portal_must_agree")]

    operations = [
        migrations.AddField(
            "policy",
            "counting_up_to",
            models.PositiveSmallIntegerField(
                choices=[
                    (0, "Only mail that tells nothing of care"),
                    (1, "Also mail that tells of care, such as any mail to a patient"),
                    (2, "Also mail with health details"),
                ],
                default=0,
            ),
        ),
        migrations.AddConstraint(
            "policy",
            models.CheckConstraint(
                condition=models.Q(counting_up_to__in=[0, 1, 2]),
                name="policy_never_counts_what_is_specially_protected",
            ),
        ),
    ]
