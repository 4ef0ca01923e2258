"""A file on its way: upload, columns, basis, dry run, import, problems; stopped, repeated, refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from audit.models import AuditEvent
from compliance.errors import AgreementRequired
from contacts import queries, services
from contacts.importing.dates import Order
from contacts.models import ConsentRecord, Contact, ImportChunk, ImportProblem, ImportRun
from contacts.queries import uploaded
from contacts.queries.due import due_imports, tenants_with_imports
from contacts.services import imports
from contacts.services.import_work import work_on
from contacts.services.imports import Basis, ImportRefused
from contacts.services.uploads import FileNotTaken, Intake
from contacts.synthetic import CsvFile, People
from tenancy import clock
from tests.factories.compliance import agreement_in_force
from tests.factories.contacts import PAPER, make_contact, make_schema

TODAY = date(2026, 11, 23)
FORM = Basis(("marketing",), "Registration form", "Yes, write to me.", "Cabinet 3", TODAY)


@pytest.fixture
def ready(clinic):
    agreement_in_force()
    make_schema()


def upload(data: bytes, nurse, chunk: int = 64_000) -> ImportRun:
    intake = Intake(file_name="november.csv", actor=nurse)
    for at in range(0, len(data), chunk):
        intake.feed(data[at : at + chunk])
    return intake.finish()


def checked(data: bytes, nurse, basis: Basis = Basis()) -> ImportRun:  # noqa: B008 (frozen)
    run = upload(data, nurse)
    mapping = [column.suggestion.key for column in uploaded.columns_of(run)]
    imports.match_columns(run, mapping=mapping, order=Order.NOT_SHOWN, actor=nurse)
    imports.check(run, basis=basis, actor=nurse)
    work_on(run.id)
    return ImportRun.objects.get(pk=run.pk)


def imported(data: bytes, nurse, basis: Basis = Basis()) -> ImportRun:  # noqa: B008
    run = checked(data, nurse, basis)
    imports.start(run, actor=nurse)
    work_on(run.id)
    return ImportRun.objects.get(pk=run.pk)


def clinic_file(count: int, seed: int = 1) -> bytes:
    return "".join(CsvFile(People(count, seed=seed, today=TODAY)).lines()).encode()


def test_a_dry_run_counts_and_stores_nobody(ready, nurse):
    make_contact(external_id="EV-100000")
    run = checked(clinic_file(50), nurse)
    assert (run.status, run.found_order) == ("checked", "month_first")
    assert run.counts == {"rows": 50, "created": 49, "changed": 1, "same": 0}
    assert Contact.objects.count() == 1
    assert run.job.status == "succeeded"


def test_everybody_in_the_file_becomes_a_contact(ready, nurse):
    run = imported(clinic_file(2_500), nurse)
    assert (run.status, run.counts["created"], run.job.done) == ("imported", 2_500, 2_500)
    expected = {p.identity["external_id"]: p for p in People(2_500, seed=1, today=TODAY)}
    for person in queries.people():
        synthetic = expected[person.identity["external_id"]]
        assert person.identity == synthetic.identity
        assert person.attributes == synthetic.attributes
    assert not ImportChunk.objects.exists()
    event = AuditEvent.objects.get(action="import.ended")
    assert event.detail["created"] == 2_500


def test_the_same_file_again_changes_nobody(ready, nurse):
    imported(clinic_file(100), nurse)
    stamps = list(Contact.objects.order_by("id").values_list("updated_at", flat=True))
    run = imported(clinic_file(100), nurse)
    assert (run.counts["same"], run.counts["created"]) == (100, 0)
    assert list(Contact.objects.order_by("id").values_list("updated_at", flat=True)) == stamps


def test_no_good_row_is_lost_because_of_a_bad_one(ready, nurse):
    data = (
        'MRN,First name,E-Mail,DOB,Plan\n1,Ada,ada@,31/31/1970,Medicare\n,Bo,,,\n3,"Cy,,,\n'
        "4,=1+1,cy@x.example,,gold\n5,Di,di@x.example,2/3/1960,Medicaid\n5,Di,,,\n"
    )
    run = imported(data.encode(), nurse)
    counts = run.counts
    assert (counts["created"], counts["left_out"], counts["refused"]) == (3, 3, 3)
    names = {p.identity["external_id"]: p.identity.get("given_name") for p in queries.people()}
    assert names == {"1": "Ada", "4": "=1+1", "5": "Di"}
    assert [(row.line, len(row.sentences)) for row in uploaded.problem_rows(run)] == [
        (2, 2), (3, 1), (4, 1), (5, 1), (6, 1),
    ]  # fmt: skip


def test_agreement_of_the_file_is_proof_for_each_person(ready, nurse):
    withdrew = make_contact(external_id="EV-100001")
    services.withdraw(withdrew, purposes=["marketing"], evidence=PAPER, actor=nurse)
    run = imported(clinic_file(3), nurse, FORM)
    states = {p.identity["external_id"]: p.consents for p in queries.people()}
    assert states == {
        "EV-100000": {"marketing": "granted"},
        "EV-100001": {"marketing": "withdrawn"},
        "EV-100002": {"marketing": "granted"},
    }
    assert run.counts["withdrawn"] == 1
    record = ConsentRecord.objects.filter(state="granted").first()
    assert record.evidence["wording"] == "Yes, write to me."
    assert record.occurred_at == datetime(2026, 11, 23, tzinfo=UTC)


def test_a_column_may_say_who_agreed(ready, nurse):
    data = b"MRN,OK for news\n1,Y\n2,N\n3,\n4,yes\n"
    basis = Basis(FORM.purposes, FORM.source, FORM.wording, FORM.kept, FORM.said_on, column=1)
    imported(data, nurse, basis)
    agreed = {p.identity["external_id"] for p in queries.people() if p.consents}
    assert agreed == {"1", "4"}
    assert {tuple(p.attributes) for p in queries.people()} == {()}


@pytest.mark.parametrize(
    "basis",
    [
        Basis(("marketing",)),
        Basis(("marketing",), "Form", "", "", TODAY),
        Basis(("marketing",), "Form", "Yes", "", None),
        Basis(("marketing",), "Form", "Yes", "", date(2999, 1, 1)),
        Basis(("gossip",), "Form", "Yes", "", TODAY),
    ],
)
def test_consent_without_evidence_is_refused(ready, nurse, basis):
    run = upload(b"MRN\n1\n", nurse)
    imports.match_columns(run, mapping=["external_id"], order=Order.NOT_SHOWN, actor=nurse)
    with pytest.raises(ImportRefused):
        imports.check(run, basis=basis, actor=nurse)
    assert ImportRun.objects.get().status == "matched"


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [(["email", None], "record number"), (["external_id", "external_id"], "the same field")],
)
def test_columns_must_make_sense(ready, nurse, mapping, sentence):
    run = upload(b"MRN,Mail\n1,a@x.example\n", nurse)
    with pytest.raises(ImportRefused, match=sentence):
        imports.match_columns(run, mapping=mapping, order=Order.NOT_SHOWN, actor=nurse)
    assert ImportRun.objects.get().mapping is None


def test_nothing_is_taken_in_before_the_agreement(clinic, nurse):
    with pytest.raises(AgreementRequired):
        upload(b"MRN\n1\n", nurse)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a workbook", b"ada@x.example\n"])
def test_what_is_no_table_leaves_nothing_behind(ready, nurse, data):
    with pytest.raises(FileNotTaken):
        upload(data, nurse)
    assert (ImportRun.objects.count(), ImportChunk.objects.count()) == (0, 0)


def test_the_file_is_sealed_where_it_waits(ready, nurse):
    upload(b"MRN,First name\n1,Marisol\n", nurse)
    with connection.cursor() as cursor:
        cursor.execute("SELECT c.content FROM contacts_importchunk c")
        assert b"Marisol" not in bytes(cursor.fetchone()[0])


def test_a_stop_ends_the_work_and_keeps_what_is_stored(ready, nurse):
    run = checked(clinic_file(2_500), nurse)
    imports.start(run, actor=nurse)
    run.refresh_from_db()
    with clock.at(clock.now()):
        ImportRun.objects.filter(pk=run.pk).update(lease_expires_at=clock.now())
        run.refresh_from_db()
        imports.cancel(run, actor=nurse)
        ImportRun.objects.filter(pk=run.pk).update(lease_expires_at=None)
        work_on(run.id)
    run.refresh_from_db()
    assert (run.status, run.job.status) == ("canceled", "canceled")
    assert Contact.objects.count() == 2_000
    assert not ImportChunk.objects.exists()


def test_one_worker_at_a_time_and_another_when_it_is_gone(ready, nurse):
    run = checked(clinic_file(3), nurse)
    imports.start(run, actor=nurse)
    assert due_imports() == [run.id]
    assert run.tenant_id in tenants_with_imports()
    ImportRun.objects.filter(pk=run.pk).update(
        lease_expires_at=clock.now() + timedelta(seconds=60), attempts=1
    )
    work_on(run.id)
    assert (due_imports(), Contact.objects.count()) == ([], 0)
    with clock.at(clock.now() + timedelta(seconds=61)):
        work_on(run.id)
    assert Contact.objects.count() == 3


def test_a_run_that_stops_every_worker_is_given_up(ready, nurse):
    run = checked(clinic_file(3), nurse)
    imports.start(run, actor=nurse)
    ImportRun.objects.filter(pk=run.pk).update(attempts=5)
    work_on(run.id)
    run.refresh_from_db()
    assert (run.status, run.job.status) == ("failed", "failed")
    assert not ImportProblem.objects.exists()
