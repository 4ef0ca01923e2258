"""Whether a person asked us not to note what they open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0008_looks_of_more_kinds")]

    operations = [
        migrations.AddField(
            "contact",
            "refuses_counting",
            # Also by the database: code of before this migration goes on to add people.
            models.BooleanField(default=False, db_default=False),
        ),
    ]
