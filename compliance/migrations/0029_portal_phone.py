"""To which number codes of the portal go by phone, if to any."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0028_domains_proven_before"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="portal_phone",
            field=models.CharField(
                choices=[
                    ("none", "No codes by phone"),
                    ("phone", "To the person's phone"),
                    ("mobile_phone", "To the contact field mobile_phone"),
                ],
                db_default="phone",
                default="phone",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("portal_phone__in", ["none", "phone", "mobile_phone"])),
                name="policy_has_a_known_portal_phone",
            ),
        ),
    ]
