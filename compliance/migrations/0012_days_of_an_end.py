"""The days until a destruction are part of what was asked for, whoever decides it."""

from django.db import migrations, models

STAYS = """
DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('kernel.refuse_ending_change()'::regprocedure),
        $old$NEW.asked_at, NEW.reason)$old$, $new$NEW.asked_at, NEW.reason, NEW.grace_days)$new$);
    EXECUTE replace(pg_get_functiondef('kernel.refuse_ending_change()'::regprocedure),
        $old$OLD.asked_at, OLD.reason)$old$, $new$OLD.asked_at, OLD.reason, OLD.grace_days)$new$);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("compliance", "0011_walls_of_ending")]
    operations = [
        migrations.AddField("ending", "grace_days", models.PositiveSmallIntegerField(default=30)),
        migrations.AddConstraint(
            "ending",
            models.CheckConstraint(
                condition=models.Q(("grace_days__gte", 30)), name="ending_has_a_grace"
            ),
        ),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
    ]
