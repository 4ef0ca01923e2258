"""The servers that a workspace was told of, those that do not change, and the level that both can reach."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope

SHOWN = [
    "T0", "T1", "T2", "T2P", "T3", "T4", "starttls-not-supported", "certificate-expired",
    "certificate-host-mismatch", "certificate-not-trusted", "validation-failure",
    "starttls-refused-now", "handshake-timed-out", "handshake-broken-off", "tlsa-invalid",
    "dnssec-invalid", "dane-required", "sts-policy-fetch-error", "sts-policy-invalid",
    "sts-webpki-invalid", "sts-host-not-named", "level-not-promised", "host-not-pinned",
    "level-not-pinned",
]  # fmt: skip
SHOWS = {
    "domainposture": ("posture_shows_what_is_known", ["", *SHOWN]),
    "hostobservation": ("observation_shows_what_is_known", SHOWN),
}
LEVEL = "posture_has_a_known_level"


def columns():
    return [
        (
            "id",
            models.UUIDField(
                default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
            ),
        ),
        ("domain_index", tenancy.fields.BlindIndexField()),
        ("mx", tenancy.fields.SealedJSONField()),
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
    ]


def once(name):
    return models.UniqueConstraint(fields=("tenant", "domain_index"), name=name)


class Migration(migrations.Migration):
    dependencies = [("delivery", "0056_codes_by_phone_walls"), ("tenancy", "0009_frozen_rows")]

    operations = [
        *(migrations.RemoveConstraint(model, name) for model, (name, _) in SHOWS.items()),
        *(
            migrations.AddConstraint(
                model, models.CheckConstraint(condition=Q(shown__in=shown), name=name)
            )
            for model, (name, shown) in SHOWS.items()
        ),
        migrations.RemoveConstraint("domainposture", LEVEL),
        migrations.AddConstraint(
            "domainposture",
            models.CheckConstraint(condition=Q(level__isnull=True) | Q(level__lte=5), name=LEVEL),
        ),
        migrations.AddField(
            "domainday", "t2p", models.PositiveIntegerField(default=0, db_default=0)
        ),
        migrations.CreateModel(
            "ServerPin",
            [
                *columns(),
                ("domain", tenancy.fields.SealedTextField()),
                ("changed_at", models.DateTimeField(default=tenancy.clock.now)),
            ],
            {"abstract": False, "constraints": [once("server_pin_once_per_domain")]},
        ),
        migrations.CreateModel(
            "ServerSet",
            [
                *columns(),
                ("unchanged_since", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
            {
                "abstract": False,
                "constraints": [
                    once("server_set_once_per_domain"),
                    models.CheckConstraint(
                        condition=Q(unchanged_since__lte=F("seen_at")),
                        name="server_set_seen_since_it_is_unchanged",
                    ),
                ],
            },
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('{table}')", f"SELECT kernel.unguard('{table}')"
            )
            for table in ("delivery_serverpin", "delivery_serverset")
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_serverset')",
            "SELECT kernel.forbid_removal('delivery_serverset')",
        ),
    ]
