"""What goes by age, and what a legal hold keeps."""

from django.db import migrations

OF_MESSAGE = """
SELECT m.{} FROM public.delivery_message m
WHERE m.tenant_id = gone.tenant_id AND m.id = gone.message_id
"""
CAMPAIGN_OF_CAUSE = """
CASE {0}.cause WHEN 'campaign' THEN {0}.cause_id WHEN 'api' THEN (
    SELECT s.campaign_id FROM public.delivery_singlesend s
    WHERE s.tenant_id = {0}.tenant_id AND s.id = {0}.cause_id) END
"""
CAMPAIGN_OF_MESSAGE = """
SELECT {0} FROM public.delivery_message m WHERE m.tenant_id = gone.tenant_id AND m.id = {1}
"""
OF_ITEM = """(
SELECT i.{} FROM public.delivery_escrowitem i
WHERE i.tenant_id = gone.tenant_id AND i.id = gone.item_id)
"""


def campaign_of(message_id: str) -> str:
    return CAMPAIGN_OF_MESSAGE.format(CAMPAIGN_OF_CAUSE.format("m"), message_id)


GOES = [
    "delivery_dispatch",
    "delivery_domainposture",
    "delivery_escrowcode",
    "delivery_escrowevent",
    "delivery_escrowitem",
    "delivery_escrowvisit",
    "delivery_message",
    "delivery_messageevent",
    "delivery_singlesend",
]
# Table, and expressions over the deleted rows: which contact and which campaign they are about.
KEPT = [
    ("delivery_dispatch", "NULL::uuid", "gone.campaign_id"),
    ("delivery_singlesend", "NULL::uuid", "gone.campaign_id"),
    ("delivery_message", "gone.contact_id", CAMPAIGN_OF_CAUSE.format("gone")),
    (
        "delivery_messageevent",
        OF_MESSAGE.format("contact_id"),
        campaign_of("gone.message_id"),
    ),
    ("delivery_escrowitem", "gone.contact_id", campaign_of("gone.message_id")),
    (
        "delivery_escrowevent",
        OF_ITEM.format("contact_id"),
        campaign_of(OF_ITEM.format("message_id")),
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0013_escrow_reason_staff_choice"),
        ("compliance", "0006_legal_hold"),
    ]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.allow_removal('{table}')",
                f"SELECT kernel.forbid_removal('{table}')",
            )
            for table in GOES
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.keep_held('{table}', $${contact}$$, $${campaign}$$)",
                f"DROP TRIGGER kept_by_hold ON public.{table}",
            )
            for table, contact, campaign in KEPT
        ),
    ]
