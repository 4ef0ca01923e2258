"""Where counted links lead, and who followed them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope

OF_MESSAGE = """(
SELECT {} FROM public.delivery_message m
WHERE m.tenant_id = gone.tenant_id AND m.id = gone.message_id)
"""
CAMPAIGN = """
CASE m.cause WHEN 'campaign' THEN m.cause_id WHEN 'api' THEN (
    SELECT s.campaign_id FROM public.delivery_singlesend s
    WHERE s.tenant_id = m.tenant_id AND s.id = m.cause_id) END
"""
WALLS = f"""
SELECT kernel.guard('delivery_linktable');
SELECT kernel.guard('delivery_reaction');
SELECT kernel.refer('delivery_linktable', 'campaign_id', 'campaigns_campaign');
SELECT kernel.refer('delivery_reaction', 'message_id', 'delivery_message');
SELECT kernel.refer('delivery_reaction', 'table_id', 'delivery_linktable');
SELECT kernel.allow_removal('delivery_linktable');
SELECT kernel.allow_removal('delivery_reaction');
SELECT kernel.keep_held('delivery_linktable', 'NULL::uuid', 'gone.campaign_id');
SELECT kernel.keep_held(
    'delivery_reaction', $${OF_MESSAGE.format("m.contact_id")}$$, $${OF_MESSAGE.format(CAMPAIGN)}$$
);
"""
OPEN = "SELECT kernel.unguard('delivery_reaction'); SELECT kernel.unguard('delivery_linktable');"


def identity() -> models.UUIDField:
    return models.UUIDField(
        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


def owner() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        default=tenancy.scope.current_tenant_id,
        editable=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="tenancy.tenant",
    )


def to(model: str, *, null: bool = False) -> tenancy.models.TenantForeignKey:
    return tenancy.models.TenantForeignKey(
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=model,
    )


KINDS = [("opened", "Opened"), ("clicked", "Clicked")]
DOERS = [
    ("person", "A person"),
    ("proxy", "A mailbox that loads pictures for people"),
    ("scanner", "A program that checks mail"),
    ("probe", "A look at the address without opening it"),
    ("early", "Faster after delivery than people are"),
    ("burst", "Several links at once"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0021_portal_passphrase_walls"),
        ("campaigns", "0003_removal_and_holds"),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkTable",
            fields=[
                ("id", identity()),
                ("reference", models.CharField(max_length=16)),
                ("targets", tenancy.fields.SealedJSONField()),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("campaign", to("campaigns.campaign")),
                ("tenant", owner()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=["tenant", "reference"], name="link_table_once_per_reference"
                    )
                ],
                "indexes": [
                    models.Index(fields=["tenant", "campaign"], name="link_table_of_campaign")
                ],
            },
        ),
        migrations.CreateModel(
            name="Reaction",
            fields=[
                ("id", identity()),
                ("kind", models.CharField(choices=KINDS, max_length=7)),
                ("link", models.PositiveSmallIntegerField(null=True)),
                ("doer", models.CharField(choices=DOERS, max_length=7)),
                ("occurred_at", models.DateTimeField(default=tenancy.clock.now)),
                ("message", to("delivery.message")),
                ("table", to("delivery.linktable", null=True)),
                ("tenant", owner()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind="opened", table__isnull=True, link__isnull=True)
                        | Q(kind="clicked", table__isnull=False, link__isnull=False),
                        name="reaction_to_a_link_names_it",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            doer__in=["person", "proxy", "scanner", "probe", "early", "burst"]
                        ),
                        name="reaction_has_a_known_doer",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["tenant", "message", "occurred_at"], name="reaction_of_message"
                    )
                ],
            },
        ),
        migrations.RunSQL(WALLS, OPEN),
    ]
