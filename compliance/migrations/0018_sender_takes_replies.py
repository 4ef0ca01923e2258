"""A sender whose answers come into Sealpost."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0017_policy_of_routes")]
    operations = [
        migrations.AddField(
            model_name="sender",
            name="takes_replies",
            field=models.BooleanField(default=False),
        ),
    ]
