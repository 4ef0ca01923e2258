"""Guard the files; they go with the keys of their message, or with the person."""

from django.db import migrations

TABLES = ("delivery_escrowfile", "delivery_escrowchunk")
REFERENCES = (
    ("delivery_escrowfile", "item_id", "delivery_escrowitem"),
    ("delivery_escrowchunk", "file_id", "delivery_escrowfile"),
)


class Migration(migrations.Migration):
    dependencies = [("delivery", "0038_portal_files")]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('{table}')", f"SELECT kernel.unguard('{table}')"
            )
            for table in TABLES
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.refer('{table}', '{column}', '{target}')", migrations.RunSQL.noop
            )
            for table, column, target in REFERENCES
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.allow_removal('{table}')",
                f"SELECT kernel.forbid_removal('{table}')",
            )
            for table in TABLES
        ),
    ]
