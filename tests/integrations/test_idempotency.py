from datetime import timedelta

import pytest
from django.db import connection

from integrations import idempotency
from integrations.idempotency import Answer
from integrations.models import IdempotentRequest
from integrations.problems import KeyReused, StillRunning
from integrations.tasks import forget_old_answers
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope

KEY_ID = uuid7()
BODY = b"POST /api/v1/contacts\nAda"


def begin(key="k1", request=BODY, api_key_id=KEY_ID):
    return idempotency.begin(api_key_id=api_key_id, key=key, request=request)


def test_gives_the_answer_again_without_a_second_run(clinic):
    first = begin()
    assert first.answer is None
    idempotency.end(first, Answer(201, b'{"name": "Ada"}'))
    again = begin()
    assert (again.pk, again.status, again.answer) == (first.pk, 201, b'{"name": "Ada"}')


def test_answers_are_ciphertext_in_the_table(clinic):
    idempotency.end(begin(), Answer(200, b'{"name": "Ada"}'))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT answer, request_index, key_index FROM integrations_idempotentrequest"
        )
        row = cursor.fetchone()
    assert not any(b"Ada" in bytes(value) or b"k1" in bytes(value) for value in row)


def test_refuses_the_key_with_another_request(clinic):
    idempotency.end(begin(), Answer(200, b"{}"))
    with pytest.raises(KeyReused):
        begin(request=b"POST /api/v1/contacts\nBo")


def test_refuses_while_the_first_is_running(clinic):
    begin()
    with pytest.raises(StillRunning):
        begin()


def test_runs_again_as_the_same_cause_when_the_first_died(clinic):
    first = begin()
    with clock.at(clock.now() + timedelta(minutes=3)):
        assert begin().pk == first.pk
        with pytest.raises(StillRunning):
            begin()


def test_a_fault_of_ours_is_not_kept(clinic):
    idempotency.end(begin(), Answer(500, b"{}"))
    assert begin().answer is None


def test_keys_of_two_clients_are_two_keys(clinic):
    idempotency.end(begin(), Answer(200, b"{}"))
    assert begin(api_key_id=uuid7()).answer is None


def test_after_a_day_the_key_is_new_and_so_is_the_cause(clinic):
    first = begin()
    idempotency.end(first, Answer(200, b"{}"))
    with clock.at(clock.now() + timedelta(hours=25)):
        assert begin(request=b"another").pk != first.pk
        assert IdempotentRequest.objects.count() == 1


def test_forgets_answers_after_a_day(clinic):
    idempotency.end(begin(), Answer(200, b"{}"))
    assert idempotency.forget_old_answers() == 0
    with clock.at(clock.now() + timedelta(hours=25)):
        assert idempotency.forget_old_answers() == 1
    assert not IdempotentRequest.objects.exists()


def test_a_tick_forgets_them_in_every_workspace(clinic, other_clinic):
    idempotency.end(begin(), Answer(200, b"{}"))
    with tenant_scope(other_clinic.id):
        idempotency.end(begin(), Answer(200, b"{}"))
    with clock.at(clock.now() + timedelta(hours=25)):
        forget_old_answers()
    for tenant in (clinic, other_clinic):
        with tenant_scope(tenant.id):
            assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_refuses_a_key_of_no_or_endless_length(clinic, key):
    with pytest.raises(idempotency.KeyNotUsable):
        begin(key=key)
