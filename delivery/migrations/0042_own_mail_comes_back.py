"""Which mail of the service itself came back, and for which workspace it was sent."""

from django.db import migrations, models

WHOSE = """
CREATE FUNCTION kernel.tenant_of_system_mail(mail uuid, since timestamptz) RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id FROM public.tenancy_systemmail WHERE id = mail AND created_at >= since
$$;
SELECT kernel.schedule_through(
    'kernel.tenant_of_system_mail(uuid, timestamptz)', 'tenancy_systemmail');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0041_recipient_domain"), ("tenancy", "0003_walls")]

    operations = [
        migrations.AddField(
            model_name="inboundmail",
            name="system_mail_id",
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(WHOSE, "DROP FUNCTION kernel.tenant_of_system_mail(uuid, timestamptz)"),
    ]
