"""The columns that held a domain's only DKIM key."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("compliance", "0015_dkim_keys")]
    operations = [
        migrations.RemoveField(model_name="senderdomain", name="private_key"),
        migrations.RemoveField(model_name="senderdomain", name="public_key"),
        migrations.RemoveField(model_name="senderdomain", name="selector"),
    ]
