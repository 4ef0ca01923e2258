from segments.parsing import parse
from segments.rules import FieldsUsed, fields_used, membership_is_phi, phi_classes
from tests.segments.people import SCHEMA, condition, group

AGED = condition("identity.age", "at_least", value=50)
CITY = condition("attribute.city", "known")


def read(*rules):
    return parse(group("all", *rules), SCHEMA)


def test_being_in_a_segment_is_phi_as_soon_as_one_rule_asks_for_it():
    assert not membership_is_phi(read(AGED, CITY))
    assert membership_is_phi(read(AGED, group("none", condition("attribute.smoker", "known"))))
    assert membership_is_phi(read(condition("consent.part2", "granted")))
    assert membership_is_phi(read(condition("activity.opened", "did", times=1)))


def test_names_the_classes_it_asks_about():
    assert phi_classes(read(AGED, condition("attribute.smoker", "yes"))) == {"limited", "special"}


def test_names_only_the_columns_it_reads():
    rule = read(
        AGED,
        condition("identity.email_domain", "known"),
        group("any", CITY, condition("consent.marketing", "granted")),
        condition("activity.clicked", "did", times=1),
    )
    assert fields_used(rule) == FieldsUsed(
        identity=frozenset({"birth_date", "email"}),
        attributes=frozenset({"city"}),
        purposes=frozenset({"marketing"}),
        activity=frozenset({"clicked"}),
    )
