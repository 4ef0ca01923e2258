"""What the detectors find, what they leave alone, and how fast."""

import random
import time

import pytest

from compliance.detectors import Detector, find, passes_luhn
from compliance.dlp import (
    EXPOSED,
    Place,
    RenderedValue,
    Scanner,
    is_label,
    scan_fixed,
    scan_values,
)
from compliance.facts import Sensitivity

LEAKS = [
    (Detector.SSN, "Your SSN is 219-09-9999."),
    (Detector.SSN, "219 09 9999"),
    (Detector.SSN, "SSN: 219099999"),
    (Detector.SSN, "Número de Seguro Social: 219099999"),
    (Detector.MRN, "MRN 00123456"),
    (Detector.MRN, "MRN: AV-193004"),
    (Detector.MRN, "Medical record number #4471902"),
    (Detector.MRN, "Historia clínica: 4471902"),
    (Detector.BIRTH_DATE, "DOB 03/09/1961"),
    (Detector.BIRTH_DATE, "Date of birth: 1961-03-09"),
    (Detector.BIRTH_DATE, "born on March 9, 1961"),
    (Detector.BIRTH_DATE, "nacida el 9 de marzo de 1961"),
    (Detector.BIRTH_DATE, "MRN 00123456, Ada Marsh, 03/09/1961"),
    (Detector.PHONE, "Call Ada at (555) 201-4432"),
    (Detector.PHONE, "+1 555-201-4432"),
    (Detector.PHONE, "555.201.4432"),
    (Detector.PHONE, "+34612345678"),
    (Detector.EMAIL, "ada.marsh+news@example.com"),
    (Detector.DIAGNOSIS_CODE, "E11.9"),
    (Detector.DIAGNOSIS_CODE, "ICD-10 F329"),
    (Detector.DIAGNOSIS_CODE, "Dx: I10"),
    (Detector.CARD, "4111 1111 1111 1111"),
    (Detector.CARD, "378282246310005"),
    (Detector.HEALTH_TERM, "how your diabetes is doing"),
    (Detector.HEALTH_TERM, "after your heart attack"),
    (Detector.HEALTH_TERM, "su diálisis del martes"),
    (Detector.HEALTH_TERM, "METFORMIN 500 mg"),
    (Detector.HEALTH_TERM, "Crohn's"),
    (Detector.SPECIAL_TERM, "your HIV test"),
    (Detector.SPECIAL_TERM, "Substance use program"),
    (Detector.SPECIAL_TERM, "grupo de metadona"),
]

HARMLESS = [
    "Your visit is on 12/03/2026 at 9:30 with Dr. Osei.",
    "Invoice 000-12-3456 and order 666-12-3456",
    "Suite 1200, 4410 Elm Street, Springfield, IL 62704-1234",
    "Vitamin B12 and A1C are two words in health education.",
    "4111 1111 1111 1112",
    "Hearing aids are covered.",
    "The chart below shows opening hours.",
    "Version 2.0.11 is out",
    "Te esperamos en la clínica el martes",
    "Su cita es el 3 de diciembre",
]


@pytest.mark.parametrize(("detector", "text"), LEAKS)
def test_finds(detector, text):
    assert detector in {hit.detector for hit in find(text)}


@pytest.mark.parametrize("text", HARMLESS)
def test_leaves_alone(text):
    assert list(find(text)) == []


def test_finds_generated_identifiers_in_every_format():
    dice = random.Random(20261123)
    misses = []
    for _ in range(100):
        ssn = (dice.randint(1, 665), dice.randint(1, 99), dice.randint(1, 9999))
        phone = (dice.randint(200, 999), dice.randint(200, 999), dice.randint(0, 9999))
        birth = (dice.randint(1, 12), dice.randint(1, 28), dice.randint(1925, 2020))
        for detector, text in [
            (Detector.SSN, "{:03}-{:02}-{:04}".format(*ssn)),
            (Detector.SSN, "ssn {:03}{:02}{:04}".format(*ssn)),
            (Detector.PHONE, "({:03}) {:03}-{:04}".format(*phone)),
            (Detector.PHONE, "{:03}-{:03}-{:04}".format(*phone)),
            (Detector.BIRTH_DATE, "born {:02}/{:02}/{}".format(*birth)),
            (Detector.MRN, f"MRN {dice.randint(10_000, 99_999_999)}"),
        ]:
            if detector not in {hit.detector for hit in find(f"About {text}, thank you.")}:
                misses.append(text)
    assert misses == []


@pytest.mark.parametrize(
    ("number", "passes"), [("79927398713", True), ("79927398710", False), ("0", True)]
)
def test_luhn_check_digit(number, passes):
    assert passes_luhn(number) == passes


def test_a_clinics_own_phone_and_email_in_fixed_text_do_not_count():
    footer = "Elm Street Clinic, (555) 010-2000, (555) 201-2000, hello@elm.example"
    assert scan_fixed([(Place.BODY, footer)]).findings == ()


@pytest.mark.parametrize(
    ("text", "sensitivity"),
    [
        ("See you soon", Sensitivity.S0),
        ("Living with asthma", Sensitivity.S2),
        ("Asthma, and your HIV test", Sensitivity.S3),
    ],
)
def test_fixed_text_raises_the_sensitivity(text, sensitivity):
    assert scan_fixed([(Place.BODY, text)]).sensitivity == sensitivity


@pytest.mark.parametrize("place", Place)
def test_phi_blocks_where_it_can_be_read_outside_the_message(place):
    scan = scan_fixed([(place, "Your insulin is ready")])
    assert bool(scan.blocking) == (place in EXPOSED)
    assert {finding.place for finding in scan.findings} == {place}


def test_a_value_is_read_with_the_words_around_it():
    alone = scan_values([RenderedValue(Place.BODY, "Order ", "00423110", " is ready")])
    labeled = scan_values([RenderedValue(Place.BODY, "MRN: ", "00423110", " is ready")])
    assert alone.findings == ()
    assert [finding.detector for finding in labeled.findings] == [Detector.MRN]
    assert labeled.sensitivity == Sensitivity.S2


def test_words_around_a_value_alone_are_no_finding_of_the_value():
    scan = scan_values([RenderedValue(Place.BODY, "your diabetes, ", "Ada", ", and asthma")])
    assert scan.findings == ()


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("your pre", "natal", " visit"),
        ("your ", "dia", "betes plan"),
        ("your heart ", "attack", ""),
        ("", "kidney", " disease"),
        ("su ", "dia\u0301lisis", ""),
    ],
)
def test_a_value_that_completes_a_term_is_found(before, value, after):
    [finding] = scan_values([RenderedValue(Place.BODY, before, value, after)]).findings
    assert finding.detector == Detector.HEALTH_TERM


def test_an_address_in_a_value_is_found():
    [finding] = scan_values([RenderedValue(Place.BODY, "at ", "ada@elm.example", ".")]).findings
    assert (finding.detector, finding.start, finding.end) == (Detector.EMAIL, 0, 15)


def test_a_persons_phone_in_a_value_blocks_in_the_subject_and_counts_in_the_text():
    value = "(555) 201-4432"
    body = scan_values([RenderedValue(Place.BODY, "Call ", value, "")])
    subject = scan_values([RenderedValue(Place.SUBJECT, "Call ", value, "")])
    assert (body.sensitivity, body.blocking) == (Sensitivity.S1, ())
    assert [finding.place for finding in subject.blocking] == [Place.SUBJECT]


def test_findings_do_not_carry_the_text():
    scan = scan_values([RenderedValue(Place.BODY, "SSN ", "219-09-9999", "")])
    assert "219" not in repr(scan)
    assert [(finding.start, finding.end) for finding in scan.findings] == [(0, 11)]


def test_a_long_hostile_text_ends():
    """Linear: well under a second of CPU. Quadratic, as a careless expression is: minutes."""
    hostile = ("1-2 3" * 40_000) + ("4111 " * 20_000) + ("born " * 20_000) + ("heart " * 20_000)
    started = time.process_time()
    list(find(hostile))
    assert time.process_time() - started < 20


def test_a_value_that_many_messages_share_is_judged_by_its_place_each_time():
    scanner = Scanner()
    number = "219-09-9999"
    for _ in range(2):
        body = scanner.scan([RenderedValue(Place.BODY, "SSN ", number, "")])
        subject = scanner.scan([RenderedValue(Place.SUBJECT, "SSN ", number, "")])
        plain = scanner.scan([RenderedValue(Place.BODY, "City: ", "Augusta", "")])
        assert [finding.place for finding in body.findings] == [Place.BODY]
        assert (len(body.blocking), len(subject.blocking)) == (0, 1)
        assert plain.findings == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [("mrn", True), ("ssn", True), ("dob", True), ("icd10", True), ("plan", False)],
)
def test_some_names_of_fields_say_what_a_number_means(name, says):
    assert is_label(name) is says
