"""A passphrase that a person chose stands for what was shown when they did; one agreed on with staff for most."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0048_must_arrive_walls")]
    operations = [
        migrations.AddField(
            model_name="portalpassphrase",
            name="strength",
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name="portalpassphrase",
            name="by_person",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="portalpassphrase",
            constraint=models.CheckConstraint(
                condition=models.Q(("by_person", True), ("strength__range", (1, 3)))
                | models.Q(("by_person", False), ("strength", 3)),
                name="portal_passphrase_has_a_known_strength",
            ),
        ),
    ]
