"""The agreement says everything that 45 CFR 164.504(e)(2) and 164.314(a)(2) require, and binds its text."""

import pytest

from compliance.agreement_text import CURRENT_VERSION, Terms, clauses, compose, fingerprint
from compliance.purposes import Purpose

TERMS = Terms(
    covered_entity="Elm Street Clinic",
    business_associate="Sealpost Inc.",
    permitted_purposes=frozenset({Purpose.TREATMENT, Purpose.PAYMENT}),
    notify_within_hours=24,
    subcontractors=(),
)


def test_names_both_parties_the_notice_time_and_the_purposes():
    text = compose(CURRENT_VERSION, TERMS)
    assert 'between Elm Street Clinic (the "Covered Entity") and Sealpost Inc. (the' in text
    assert "no case later than 24 hours after discovery" in text
    annex = text.partition("Annex A. Permitted purposes")[2].partition("Annex B")[0]
    assert [line.split(".")[0] for line in annex.strip().split("\n\n")] == [
        "Treatment",
        "Billing and payment",
    ]
    assert "$" not in text


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ("164.504(e)(2)(i) permitted uses", "only to provide the service"),
        ("164.504(e)(2)(ii)(B) safeguards", "administrative, physical and technical safeguards"),
        ("164.504(e)(2)(ii)(C) reports", "reports to the Covered Entity any use or disclosure"),
        ("164.314(a)(2)(i)(C) incidents", "any security incident"),
        ("164.504(e)(2)(ii)(D) subcontractors", "the same restrictions, conditions"),
        ("164.504(e)(2)(ii)(E) access", "designated record set"),
        ("164.504(e)(2)(ii)(F) amendment", "makes the amendments"),
        ("164.504(e)(2)(ii)(G) accounting", "an accounting under 45 CFR 164.528"),
        ("164.504(e)(2)(ii)(H) delegated duties", "complies with the requirements that apply"),
        ("164.504(e)(2)(ii)(I) Secretary", "available to the Secretary"),
        ("164.504(e)(2)(ii)(J) return or destroy", "destroys all PHI"),
        ("164.504(e)(2)(iii) termination", "material breach"),
        ("164.410(c) content of notice", "which individuals are concerned"),
        ("annex security", "Annex B. Security measures"),
        ("annex incidents", "Annex C. Incident response"),
        ("annex subcontractors", "None at present."),
    ],
)
def test_holds_each_required_term(requirement, words):
    assert words in compose(CURRENT_VERSION, TERMS), requirement


def test_headings_and_paragraphs_make_up_the_whole_text():
    text = compose(CURRENT_VERSION, TERMS)
    found = clauses(text)
    assert found[0].heading == "Business Associate Agreement"
    assert [clause.heading for clause in found[1:4]] == [
        "1. Words",
        "2. What the Business Associate may do with PHI",
        "3. What the Business Associate must do",
    ]
    pieces = [piece for heading, paragraphs in found for piece in (heading, *paragraphs)]
    assert "\n\n".join(pieces) == text.strip()


def test_the_hash_changes_with_any_character():
    text = compose(CURRENT_VERSION, TERMS)
    assert fingerprint(text) != fingerprint(text.replace("24 hours", "48 hours"))
    assert len(fingerprint(text)) == 64


def test_version_1_never_changes():
    """A signed version is evidence: put new wording into a new file."""
    blank = Terms("A", "B", frozenset(Purpose), 1, ("C.",))
    assert fingerprint(compose("1", blank)) == (
        "56894dddb60011e1599314a9478d538ccebb82306288a5281f91c0d729435750"
    )
