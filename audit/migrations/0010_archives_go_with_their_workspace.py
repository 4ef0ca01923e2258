"""An archive is sealed under its workspace's key: it goes when the workspace is destroyed, without an order."""

from django.db import migrations

REPLACE = """
DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('kernel.refuse_piece_change()'::regprocedure),
        $old${old}$old$, $new${new}$new$);
END $$;
"""
BEFORE = "current_user = 'sealpost_disposer'"
AFTER = "current_user IN ('sealpost_disposer', 'sealpost_destroyer')"


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_disposals"), ("tenancy", "0008_end_of_a_tenant")]
    operations = [
        migrations.RunSQL(
            REPLACE.format(old=BEFORE, new=AFTER), REPLACE.format(old=AFTER, new=BEFORE)
        ),
    ]
