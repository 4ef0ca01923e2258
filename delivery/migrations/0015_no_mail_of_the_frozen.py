"""A frozen workspace gets no message but those about what lies in the portal: links there work to the end."""

from django.db import migrations

KEEP_OUT = """
CREATE TRIGGER frozen_but_for_notices BEFORE INSERT ON public.delivery_message
    FOR EACH ROW WHEN (NEW.cause <> 'notice') EXECUTE FUNCTION kernel.refuse_frozen();
"""
LET_IN = "DROP TRIGGER frozen_but_for_notices ON public.delivery_message"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0014_removal_and_holds"), ("tenancy", "0009_frozen_rows")]
    operations = [migrations.RunSQL(KEEP_OUT, LET_IN)]
