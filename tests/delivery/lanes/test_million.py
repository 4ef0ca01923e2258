"""The claim among a million messages of one tenant."""

import os

import psycopg
import pytest
from django.db import connection

from delivery.models import Message
from delivery.services import lease
from tenancy import clock
from tenancy.ids import uuid7
from tests.delivery.sending import due

INDEX = "message_due_by_class"
# One person, many causes; half are due now, half are put off.
MILLION = """
INSERT INTO delivery_message (
    id, tenant_id, cause, cause_id, contact_id, mail_class, status, verdict, reason, route,
    required_level, message_id, tls_version, created_at, due_at, attempts
)
SELECT gen_random_uuid(), tenant_id, 'api', gen_random_uuid(), contact_id, 'bulk', 'queued', '{}', '', '',
    0, '<x@y>', '', now(), now() + (n - 500000) * interval '1 second', 0
FROM delivery_message, generate_series(1, 1000000) AS n WHERE id = %s
"""


@pytest.mark.prove
def test_a_claim_reads_no_more_than_it_takes(clinic, record_property):
    code = due("one", mail_class=Message.MailClass.CODE)
    with connection.cursor() as cursor:
        cursor.execute(MILLION, [code.id])
    analyze()
    assert lease.claim(500, stopped=()).messages[0].id == code.id
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {lease._CLAIM}",
            [clinic.id, "bulk", clock.now(), [], 500, uuid7(), clock.now(), clock.now()],
        )
        plan = cursor.fetchone()[0][0]
    record_property("milliseconds", plan["Execution Time"])
    scan = next(node for node in nodes(plan["Plan"]) if node.get("Index Name") == INDEX)
    assert (scan["Actual Rows"], scan.get("Rows Removed by Filter", 0)) == (500, 0)


def analyze() -> None:
    """As autovacuum does after so many new rows; only the owner may."""
    url = os.environ["ADMIN_DATABASE_URL"]
    name = connection.settings_dict["NAME"]
    with psycopg.connect(url, dbname=name, autocommit=True) as admin:
        admin.execute("ANALYZE delivery_message")


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
