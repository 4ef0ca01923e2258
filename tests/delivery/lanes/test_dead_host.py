"""Ten thousand messages for a host that is dead, queued before everybody else's."""

import time

import pytest
from django.db import connection

from delivery.models import Message
from tests.delivery.lanes.test_sending import good_and_dead
from tests.delivery.sending import due, send

MANY, FEW = 10_000, 20
# One person, many causes, all due before what is made afterwards.
COPIES = """
INSERT INTO delivery_message (
    id, tenant_id, cause, cause_id, contact_id, mail_class, status, verdict, reason, route,
    required_level, message_id, tls_version, created_at, due_at, attempts
)
SELECT gen_random_uuid(), tenant_id, 'api', gen_random_uuid(), contact_id, 'bulk', 'queued', '{}', '', '',
    0, '<x@y>', '', now(), due_at - interval '1 hour', 0
FROM delivery_message, generate_series(1, %s) WHERE id = %s
"""


@pytest.mark.prove
def test_ten_thousand_for_a_dead_host_keep_nobody_else_waiting(
    clinic, certificates, record_property
):
    first = due("dead", domain="dead.example", mail_class=Message.MailClass.BULK)
    with connection.cursor() as cursor:
        cursor.execute(COPIES, [MANY - 1, first.id])
    for number in range(FEW):
        due(f"g{number}", domain="good.example", mail_class=Message.MailClass.BULK)
    good = Message.objects.filter(status="sent")
    with good_and_dead(certificates) as (server, transport):
        began = time.monotonic()
        while good.count() < FEW and time.monotonic() - began < 300:
            send(transport)
        record_property("seconds", time.monotonic() - began)
    assert len(server.stored) == FEW
    dead = Message.objects.exclude(pk__in=good)
    assert (dead.count(), set(dead.values_list("status", flat=True))) == (
        MANY, {"queued", "deferred"}
    )  # fmt: skip
    assert dead.filter(attempts__gt=0).count() <= 40
