"""What must arrive, as programs say it that send by SMTP."""

from datetime import timedelta

import pytest

from delivery.models import MustArrive
from tenancy import clock
from tests.integrations.submission.test_submission import data, refused, session, trust, written

__all__ = ["session", "trust"]


def test_a_header_field_promises_it(session):
    by = (clock.now() + timedelta(hours=30)).replace(microsecond=0)
    message = written(X_Sealpost_Must_Arrive_By=by.isoformat())
    assert data(session, message)[0] == 250
    assert MustArrive.objects.get().deadline_at == by


def test_hours_count_from_when_it_is_taken(session):
    before = clock.now()
    assert data(session, written(X_Sealpost_Must_Arrive_Within_Hours="2"))[0] == 250
    assert before < MustArrive.objects.get().deadline_at - timedelta(hours=2) < clock.now()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"X_Sealpost_Must_Arrive_By": "2020-01-01T00:00:00Z"}, "after the message has left"),
        ({"X_Sealpost_Must_Arrive_By": "tomorrow"}, "with its zone"),
        (
            {"X_Sealpost_Must_Arrive_Within_Hours": "2", "X_Sealpost_Purpose": "marketing"},
            "Only mail about care",
        ),
    ],
)
def test_what_cannot_be_promised_is_refused(session, fields, words):
    refused(data(session, written(**fields)), 554, words)
    assert MustArrive.objects.count() == 0
