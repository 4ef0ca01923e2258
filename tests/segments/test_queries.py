from datetime import UTC, datetime

import pytest

from compliance.models import Suppression
from compliance.purposes import Purpose
from contacts.models import Contact
from segments import queries, services
from segments.models import Segment
from segments.parsing import RuleInvalid, parse
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.factories.compliance import agreement_in_force
from tests.segments.clinic import add_people, make_schema, opened, withdraw
from tests.segments.people import condition, group

GOLD = condition("attribute.plan", "is", value="Gold")
OPENED = condition("activity.opened", "did", times=1, amount=7, unit="days")


@pytest.fixture
def people(clinic):
    make_schema()
    return add_people(
        ("Ada", {"plan": "Gold", "smoker": True}),
        ("Bo", {"plan": "Silver"}),
        ("Cy", {"plan": "Gold"}),
    )


def read(*rules, match="all"):
    return parse(group(match, *rules), queries.schema())


def test_the_schema_has_what_the_tenant_and_the_product_know(people):
    schema = queries.schema()
    assert schema["attribute.plan"].choices == ("Gold", "Silver")
    assert schema["attribute.smoker"].phi_class == "special"
    assert schema["consent.marketing"].label == "Marketing"
    assert schema["activity.opened"].label == "Opened"


def test_counts_everybody_exactly_and_says_over_how_many(people):
    survey = queries.count(read(GOLD))
    assert (survey.people, survey.total, survey.is_small) == (2, 3, True)
    assert survey.counts == {(0,): 2}
    assert set(survey.sample()) == {people[0], people[2]}


def test_streams_the_members_of_a_segment(people, nurse):
    segment = services.create(name="Gold", rule=group("all", GOLD), actor=nurse)
    assert list(queries.members(segment)) == [people[0], people[2]]


def test_reads_activity_as_far_back_as_the_rule_asks(people):
    opened(people[0], days_ago=3)
    opened(people[1], days_ago=30)
    assert queries.count(read(OPENED)).members == [people[0]]
    ever = condition("activity.opened", "did", times=1)
    assert queries.count(read(ever)).members == people[:2]
    assert queries.count(read(OPENED, match="none")).members == people[1:]


def test_today_is_the_day_where_the_tenant_is(clinic):
    with clock.at(datetime(2026, 3, 1, 3, 0, tzinfo=UTC)):
        assert queries.as_of_now().today.isoformat() == "2026-02-28"


def test_says_who_may_be_written_to_and_why_the_others_may_not(people):
    agreement_in_force()
    Contact.objects.filter(pk=people[1]).update(prefers_portal=True)
    withdraw(people[2], Purpose.TREATMENT)
    reach = queries.reach(read(), purpose=Purpose.TREATMENT)
    assert (reach.allowed, reach.by_portal, reach.excluded) == (2, 1, 1)
    [reason] = reach.reasons
    assert (reason.sentence, reason.people) == ("Consent for this purpose was withdrawn.", 1)


def test_without_an_agreement_nobody_may_be_written_to(people):
    reach = queries.reach(read(GOLD), purpose=Purpose.TREATMENT)
    assert (reach.allowed, reach.excluded) == (0, 2)
    assert reach.reasons[0].sentence == "No business associate agreement is in force."


def test_marketing_needs_a_signed_paper_from_patients(people):
    agreement_in_force()
    reach = queries.reach(read(), purpose=Purpose.MARKETING)
    assert (reach.allowed, reach.excluded) == (0, 3)
    assert not Suppression.objects.exists()


def test_counts_all_segments_in_one_pass_and_leaves_out_broken_rules(people, nurse):
    gold = services.create(name="Gold", rule=group("all", GOLD), actor=nurse)
    broken = Segment.objects.create(
        name="Old", rule=group("all", condition("attribute.gone", "is"))
    )
    services.count_all()
    gold.refresh_from_db()
    broken.refresh_from_db()
    assert (gold.people, broken.people) == (2, None)
    with pytest.raises(RuleInvalid):
        queries.rule_of(broken)


def test_another_tenants_people_are_not_counted(people, other_clinic):
    with tenant_scope(other_clinic.id):
        assert queries.count(parse(group("all"), queries.schema())).total == 0


def test_an_empty_rule_is_everybody_and_more_than_ten_are_not_small(clinic):
    make_schema()
    add_people(*((f"P{number}", {}) for number in range(11)))
    survey = queries.count(read())
    assert (survey.people, survey.is_small, len(survey.sample())) == (11, False, 11)
