"""A floor between verified TLS and what domains promise, and alerts where no server fits a pin.

It is kept as 5: what was stored before means what it meant.
"""

from django.db import migrations, models
from django.db.models import Q

FLOORS = [
    (2, "Verified TLS"),
    (5, "Verified TLS to servers that you pinned, or unchanged for 30 days"),
    (3, "Verified TLS that the recipient's domain promises"),
    (4, "TLS with a key that the domain publishes signed (DANE)"),
]
KINDS = [
    ("reveals", "Looked at the data of many people"),
    ("searches", "Searched for many people"),
    ("exports", "Exported people several times"),
    ("samples", "Looked at what many files would hold"),
    ("uploads", "Looked into many uploaded files"),
    ("readings", "Read many times more people than usual"),
    ("refused", "Refused mail because of its sender"),
    ("downgrade", "Protected its mail lately, and does not any more"),
    ("dane", "Has a server that does not fit its signed records (DANE)"),
    ("mta_sts", "Has a server that does not fit its own policy (MTA-STS)"),
    ("pin", "Has a server that does not fit what you pinned"),
]
A_FLOOR = models.PositiveSmallIntegerField(choices=FLOORS, default=2)


class Migration(migrations.Migration):
    dependencies = [("compliance", "0029_portal_phone"), ("tenancy", "0009_frozen_rows")]

    operations = [
        migrations.RemoveConstraint("policy", "policy_never_asks_for_less_than_verified"),
        migrations.AlterField("policy", "tls_floor", A_FLOOR),
        migrations.AlterField("policy", "tls_floor_limited", A_FLOOR),
        migrations.AddConstraint(
            "policy",
            models.CheckConstraint(
                condition=Q(tls_floor__in=[2, 5, 3, 4], tls_floor_limited__in=[2, 5, 3, 4]),
                name="policy_never_asks_for_less_than_verified",
            ),
        ),
        migrations.RemoveConstraint("alert", "alert_has_a_known_kind"),
        migrations.AlterField("alert", "kind", models.CharField(choices=KINDS, max_length=10)),
        migrations.AddConstraint(
            "alert",
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _ in KINDS]), name="alert_has_a_known_kind"
            ),
        ),
    ]
