"""What one look at the segment forecasts, before anybody is asked to approve it."""

from campaigns.pages import waterfall
from campaigns.queries import audience
from compliance.facts import Reason
from tests.delivery.postures import NOT_OFFERED, learn
from tests.factories.campaigns import ready_campaign
from tests.factories.contacts import agree, make_contact


def counts(found):
    return found.in_segment, found.receive, found.by_tls, found.portal, found.unproven


def test_counts_everybody_once_by_route_and_reason(clinic):
    make_contact(email="ada@harbourmail.example")
    make_contact(email="ben@plainmail.example")
    make_contact(email="one@lakepost.example", deceased_at="2020-01-01T00:00:00Z")
    found = audience.look(ready_campaign())
    assert counts(found) == (3, 2, 2, 0, 0)
    assert found.excluded == {Reason.DECEASED: 1}


def test_people_who_are_no_patients_need_an_opt_in_even_for_care(clinic, nurse):
    make_contact()
    make_contact(email="bea@lakepost.example", is_patient=False)
    agree(make_contact(email="cy@lakepost.example", is_patient=False), "appointment", nurse)
    found = audience.look(ready_campaign())
    assert counts(found)[:2] == (3, 2)
    assert found.excluded == {Reason.NO_PATIENT_NO_OPT_IN: 1}
    assert [step.words for step in waterfall(found)] == [
        "Not a patient, and there is no opt-in for this purpose."
    ]


def test_forecasts_the_portal_where_a_server_proved_nothing_lately(clinic):
    make_contact(email="ada@harbourmail.example")
    make_contact(email="ben@plainmail.example")
    learn(plainmail=NOT_OFFERED, harbourmail="T2")
    assert counts(audience.look(ready_campaign())) == (2, 2, 1, 1, 1)


def test_believes_a_server_again_once_it_has_proved_itself(clinic):
    make_contact(email="ben@plainmail.example")
    learn(plainmail=NOT_OFFERED)
    learn(plainmail="T2")
    assert counts(audience.look(ready_campaign())) == (1, 1, 1, 0, 0)
