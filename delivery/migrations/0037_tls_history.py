"""What servers of recipients' domains showed, day by day, and what was last seen of each domain."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.fields
import tenancy.ids
import tenancy.scope

SHOWN = [
    "T0", "T1", "T2", "T3", "T4", "starttls-not-supported", "certificate-expired",
    "certificate-host-mismatch", "certificate-not-trusted", "validation-failure",
    "starttls-refused-now", "handshake-timed-out", "handshake-broken-off", "tlsa-invalid",
    "dnssec-invalid", "dane-required", "sts-policy-fetch-error", "sts-policy-invalid",
    "sts-webpki-invalid", "sts-host-not-named", "level-not-promised",
]  # fmt: skip
TABLE = "delivery_hostobservation"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0036_domain_day"), ("tenancy", "0003_walls")]

    operations = [
        migrations.AddField(
            "domainposture",
            "shown",
            models.CharField(blank=True, db_default="", max_length=26),
        ),
        migrations.AddField("domainposture", "changed_at", models.DateTimeField(null=True)),
        migrations.AddField("domainposture", "level", models.PositiveSmallIntegerField(null=True)),
        migrations.AddConstraint(
            "domainposture",
            models.CheckConstraint(
                condition=models.Q(shown__in=["", *SHOWN]), name="posture_shows_what_is_known"
            ),
        ),
        migrations.AddConstraint(
            "domainposture",
            models.CheckConstraint(
                condition=models.Q(level__isnull=True) | models.Q(level__lte=4),
                name="posture_has_a_known_level",
            ),
        ),
        migrations.AddIndex(
            "domainposture",
            models.Index(fields=["tenant", "-changed_at", "id"], name="posture_changed_last"),
        ),
        migrations.CreateModel(
            name="HostObservation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("domain_index", tenancy.fields.BlindIndexField()),
                ("host_index", tenancy.fields.BlindIndexField()),
                ("day", models.DateField()),
                ("shown", models.CharField(max_length=26)),
                ("domain", tenancy.fields.SealedTextField()),
                ("host", tenancy.fields.SealedTextField()),
                ("count", models.PositiveIntegerField()),
                ("seen_at", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "domain_index", "host_index", "day", "shown"),
                        name="observation_once_per_host_and_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(shown__in=SHOWN), name="observation_shows_what_is_known"
                    ),
                ],
            },
        ),
        migrations.RunSQL(f"SELECT kernel.guard('{TABLE}')", f"SELECT kernel.unguard('{TABLE}')"),
        migrations.RunSQL(
            f"SELECT kernel.allow_removal('{TABLE}')", f"SELECT kernel.forbid_removal('{TABLE}')"
        ),
    ]
