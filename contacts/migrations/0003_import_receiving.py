"""A run exists while its file arrives; one that stops its workers again and again is given up."""

from django.db import migrations, models

import tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0002_walls"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="importrun",
            name="import_has_a_known_status",
        ),
        migrations.AddField(
            model_name="importrun",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="delimiter",
            field=models.CharField(default="", max_length=1),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="encoding",
            field=models.CharField(default="", max_length=10),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="header",
            field=tenancy.fields.SealedJSONField(default=list),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("receiving", "Upload under way"),
                    ("uploaded", "Columns to be matched"),
                    ("matched", "Consent basis to be chosen"),
                    ("checking", "Dry run under way"),
                    ("checked", "Ready to import"),
                    ("importing", "Importing"),
                    ("imported", "Imported"),
                    ("canceled", "Canceled"),
                    ("failed", "Stopped by a fault"),
                ],
                default="uploaded",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "receiving",
                            "uploaded",
                            "matched",
                            "checking",
                            "checked",
                            "importing",
                            "imported",
                            "canceled",
                            "failed",
                        ],
                    )
                ),
                name="import_has_a_known_status",
            ),
        ),
    ]
