"""Fields that hold another email address of a person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0011_unprotected"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="attribute",
            name="attribute_has_a_known_type",
        ),
        migrations.AlterField(
            model_name="attribute",
            name="type",
            field=models.CharField(
                choices=[
                    ("text", "Text"),
                    ("number", "Number"),
                    ("date", "Date"),
                    ("boolean", "Yes or no"),
                    ("choice", "One of a list"),
                    ("email", "Email address"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="attribute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("type__in", ["text", "number", "date", "boolean", "choice", "email"])
                ),
                name="attribute_has_a_known_type",
            ),
        ),
    ]
