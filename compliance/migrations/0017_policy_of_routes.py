"""What every route needs, and what becomes of mail that cannot have it, as the clinic decides."""

from django.db import migrations, models

FLOORS = [
    (2, "Verified TLS"),
    (3, "Verified TLS that the recipient's domain promises"),
    (4, "TLS with a key that the domain publishes signed (DANE)"),
]
FALLBACKS = [
    ("portal", "It waits in the secure portal"),
    ("hold", "It is tried for as long as its kind may wait, and then fails"),
    ("drop", "It is not sent"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0015_counting_up_to"),
        ("compliance", "0016_keys_are_rows"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.RemoveConstraint("policy", "policy_never_asks_for_less_than_verified"),
        migrations.AlterField(
            "policy", "tls_floor", models.PositiveSmallIntegerField(choices=FLOORS, default=2)
        ),
        migrations.AddField(
            "policy",
            "tls_floor_limited",
            models.PositiveSmallIntegerField(choices=FLOORS, default=2),
        ),
        migrations.RunSQL(
            "UPDATE compliance_policy SET tls_floor_limited = tls_floor", migrations.RunSQL.noop
        ),
        migrations.AddField("policy", "portal_domains", models.JSONField(blank=True, default=list)),
        migrations.AddField("policy", "honors_unprotected", models.BooleanField(default=False)),
        migrations.AddField(
            "policy",
            "fallback_care",
            models.CharField(choices=FALLBACKS, default="portal", max_length=6),
        ),
        migrations.AddField(
            "policy",
            "fallback_promotion",
            models.CharField(choices=FALLBACKS, default="portal", max_length=6),
        ),
        migrations.AddField("policy", "hold_hours", models.PositiveSmallIntegerField(default=4)),
        migrations.AddConstraint(
            "policy",
            models.CheckConstraint(
                condition=models.Q(tls_floor__in=[2, 3, 4], tls_floor_limited__in=[2, 3, 4]),
                name="policy_never_asks_for_less_than_verified",
            ),
        ),
        migrations.AddConstraint(
            "policy",
            models.CheckConstraint(
                condition=models.Q(fallback_care__in=["portal", "hold"]),
                name="policy_care_is_never_dropped",
            ),
        ),
        migrations.AddConstraint(
            "policy",
            models.CheckConstraint(
                condition=models.Q(fallback_promotion__in=["portal", "hold", "drop"]),
                name="policy_has_a_known_fallback",
            ),
        ),
        migrations.AddConstraint(
            "policy",
            models.CheckConstraint(
                condition=models.Q(hold_hours__range=(1, 72)), name="policy_holds_1_to_72_hours"
            ),
        ),
    ]
