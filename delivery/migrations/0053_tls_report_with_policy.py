"""A report about TLS tells the policy by which it judges."""

from django.db import migrations

import tenancy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0052_passphrase_ended_by_person"),
    ]

    operations = [
        migrations.AddField(
            model_name="senttlsreport",
            name="sts_policy",
            field=tenancy.fields.SealedJSONField(null=True),
        ),
    ]
