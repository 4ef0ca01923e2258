"""Who was erased, beside the keys: a restore of older rows must not bring anybody back."""

from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids

APPEND_ONLY = """
GRANT SELECT, INSERT ON tenancy_erasureorder TO sealpost_runtime;
CREATE FUNCTION public.keep_erasure_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON tenancy_erasureorder
    FOR EACH ROW EXECUTE FUNCTION public.keep_erasure_orders();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON tenancy_erasureorder
    FOR EACH STATEMENT EXECUTE FUNCTION public.keep_erasure_orders();
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0006_removal")]
    operations = [
        migrations.CreateModel(
            name="ErasureOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant", models.UUIDField()),
                ("contact", models.UUIDField()),
                ("record_token", tenancy.fields.BlindIndexField()),
                ("email_token", tenancy.fields.BlindIndexField(null=True)),
                ("suppressed_index", tenancy.fields.BlindIndexField(null=True)),
                ("ordered_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "contact"), name="erasure_ordered_once"
                    )
                ]
            },
        ),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP FUNCTION public.keep_erasure_orders() CASCADE",
            hints={"keys_database": True},
        ),
    ]
