"""Which fact on file the portal asks for beside the code, as the clinic chooses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0002_walls"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="portal_fact",
            field=models.CharField(
                choices=[("birth_date", "Date of birth"), ("postal_code", "ZIP code")],
                default="birth_date",
                max_length=11,
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("portal_fact__in", ["birth_date", "postal_code"])),
                name="policy_has_a_known_portal_fact",
            ),
        ),
    ]
