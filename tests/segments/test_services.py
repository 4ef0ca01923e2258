import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import AuditEvent
from contacts.models import Attribute
from segments import services
from segments.models import Segment
from segments.parsing import RuleInvalid
from tenancy.scope import tenant_scope
from tests.segments.people import condition, group

SMOKERS = group("all", condition("attribute.smoker", "yes"))
OTHERS = group("none", condition("attribute.smoker", "yes"))


@pytest.fixture
def smoker(clinic):
    return Attribute.objects.create(
        key="smoker", label="Smoker", type="boolean", phi_class="special"
    )


@pytest.fixture
def segment(smoker, nurse):
    return services.create(name="Smokers", rule=SMOKERS, actor=nurse)


def actions():
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_creates_a_segment_with_its_rule(segment):
    stored = Segment.objects.get()
    assert (stored.name, stored.rule, stored.version) == ("Smokers", SMOKERS, 1)
    assert actions() == ["segment.created"]


def test_name_and_rule_are_ciphertext_in_the_table(segment):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, rule FROM segments_segment WHERE id = %s", [segment.pk])
        name, rule = cursor.fetchone()
    assert b"Smokers" not in bytes(name)
    assert b"smoker" not in bytes(rule)


def test_refuses_a_rule_about_what_the_schema_does_not_know(clinic, nurse):
    with pytest.raises(RuleInvalid):
        services.create(name="Smokers", rule=SMOKERS, actor=nurse)
    assert not Segment.objects.exists()
    assert actions() == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_refuses_a_name_that_nobody_could_read(smoker, nurse, name):
    with pytest.raises(services.SegmentNotNamed):
        services.create(name=name, rule=SMOKERS, actor=nurse)
    assert not Segment.objects.exists()


def test_each_change_makes_a_version_and_forgets_the_count(segment, nurse):
    services.store_count(segment, people=3)
    services.update(segment, name="Others", rule=OTHERS, version=1, actor=nurse)
    stored = Segment.objects.get()
    assert (stored.name, stored.rule, stored.version) == ("Others", OTHERS, 2)
    assert (stored.people, stored.counted_at) == (None, None)
    event = AuditEvent.objects.get(action="segment.changed")
    assert event.detail == {"version": 2, "fields": ["name", "rule"]}


def test_saving_what_is_stored_makes_no_version(segment, nurse):
    services.update(segment, name=" Smokers ", rule=SMOKERS, version=1, actor=nurse)
    assert Segment.objects.get().version == 1
    assert actions() == ["segment.created"]


def test_refuses_to_overwrite_what_somebody_else_saved(segment, nurse):
    services.update(segment, name="Theirs", rule=SMOKERS, version=1, actor=nurse)
    with pytest.raises(services.SegmentChanged):
        services.update(segment, name="Mine", rule=SMOKERS, version=1, actor=nurse)
    assert Segment.objects.get().name == "Theirs"


def test_a_count_of_an_older_version_is_not_kept(segment, nurse):
    services.update(segment, name="Newer", rule=SMOKERS, version=1, actor=nurse)
    services.store_count(segment, people=3)
    assert Segment.objects.get().people is None


def test_duplicates_under_a_name_of_its_own(segment, nurse):
    copy = services.duplicate(segment, actor=nurse)
    assert (copy.name, copy.rule, copy.version) == ("Smokers (copy)", SMOKERS, 1)
    assert AuditEvent.objects.get(object_id=copy.pk).detail == {"copied_from": str(segment.pk)}


def test_an_archived_segment_is_not_changed_until_it_is_restored(segment, nurse):
    services.archive(segment, actor=nurse)
    with pytest.raises(services.SegmentArchived):
        services.update(segment, name="Mine", rule=SMOKERS, version=1, actor=nurse)
    services.restore(segment, actor=nurse)
    services.update(segment, name="Mine", rule=SMOKERS, version=1, actor=nurse)
    assert actions()[1:] == ["segment.archived", "segment.restored", "segment.changed"]


def test_another_tenant_sees_no_such_segment(segment, other_clinic, nurse):
    with tenant_scope(other_clinic.id), pytest.raises(Segment.DoesNotExist):
        services.archive(segment, actor=nurse)
    assert Segment.objects.get().archived_at is None


def test_the_database_refuses_a_count_without_its_time(segment):
    with pytest.raises(IntegrityError), transaction.atomic():
        Segment.objects.update(people=3)
