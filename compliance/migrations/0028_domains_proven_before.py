"""Domains that sent before count as proven; of those whose records are gone now, a key that signed says so."""

from django.db import migrations

PROVEN = """
UPDATE public.compliance_senderdomain d SET proven_at = coalesce(
    d.verified_at,
    (SELECT min(k.signs_since) FROM public.compliance_dkimkey k
     WHERE k.tenant_id = d.tenant_id AND k.domain_id = d.id)
) WHERE d.proven_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("compliance", "0027_sender_domain_proven_at")]
    operations = [migrations.RunSQL(PROVEN, migrations.RunSQL.noop)]
