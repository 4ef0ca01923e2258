"""The server ends a connection between two transactions: one task fails, and the next one works."""

import os

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from tenancy.models import Job


def test_a_lost_connection_fails_as_django_expects_and_is_replaced(clinic):
    assert Job.objects.count() == 0
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
        )
    with pytest.raises(OperationalError):
        with transaction.atomic():
            Job.objects.count()
    connection.close_if_unusable_or_obsolete()
    assert Job.objects.count() == 0
