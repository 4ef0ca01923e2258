"""The import in the browser: every step, and a file of what to mend that can come back."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEvent
from contacts import queries
from contacts.models import Attribute, Contact, ImportChunk, ImportRun, Look
from contacts.services.import_work import work_on
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member

FILE = (
    "MRN,First name,E-Mail,Last visit,Plan\n"
    '1,Ada,ada@x.example,11/24/2025,"=HYPERLINK(1)"\n'
    "2,Bo,bo@,02/30/2026,Medicare\n"
    ",Cy,,,\n"
)
MAPPING = {
    "column_0": "external_id", "column_1": "given_name", "column_2": "email",
    "column_3": "new:date", "column_4": "new:text", "order": "not_shown",
}  # fmt: skip


def upload(browser, data: str = FILE):
    return browser.post(
        "/imports/upload/", {"file": SimpleUploadedFile("november.csv", data.encode())}
    )


def matched(browser) -> str:
    url = upload(browser).headers["Location"]
    assert browser.post(f"{url}columns/", MAPPING).status_code == 302
    return url


def checked(browser) -> str:
    url = matched(browser)
    assert browser.post(f"{url}basis/", {"basis": "none"}).status_code == 302
    work_on(ImportRun.objects.get().pk)
    return url


def test_a_file_goes_all_the_way(clinic, marketer, agreement):
    url = checked(marketer)
    page = marketer.get(url).content.decode()
    assert "Import 2 contacts" in page
    assert "The file writes the month first" in page
    marketer.post(f"{url}begin/")
    assert "Waiting for a worker" in marketer.get(url).content.decode()
    work_on(ImportRun.objects.get().pk)
    assert {p.identity["external_id"]: p.attributes for p in queries.people()} == {
        "1": {"last_visit": "2025-11-24", "plan": "=HYPERLINK(1)"},
        "2": {"plan": "Medicare"},
    }
    assert marketer.get(f"{url}progress/").headers["HX-Refresh"] == "true"
    assert set(Attribute.objects.values_list("phi_class", flat=True)) == {"phi"}


def test_columns_are_suggested_and_their_values_masked(clinic, marketer, agreement):
    url = upload(marketer).headers["Location"]
    page = marketer.get(url).content.decode()
    assert '<option value="email" selected>' in page
    assert "ada@x.example" not in page


MARIA = (
    "MRN,First name,Birth date,Phone\n1,María-José,04/07/1985,207-555-1985\n2,Иван,1962-01-31,\n"
)
MARIA_MAPPED = {
    "column_0": "external_id", "column_1": "family_name", "column_2": "birth_date",
    "column_3": "", "order": "day_first",
}  # fmt: skip


def test_masked_values_still_show_accents_separators_and_years(clinic, marketer, agreement):
    url = upload(marketer, MARIA).headers["Location"]
    page = marketer.get(url).content.decode()
    for shape in ("•••í•••-•••é<", "••/••/1985", "1962-••-••", "•••-•••-••••<"):
        assert shape in page
    for value in ("María", "04/07", "207-555", "Иван"):
        assert value not in page


def test_who_uploaded_a_file_may_see_its_values_and_is_noted_once(clinic, marketer, agreement):
    url = upload(marketer, MARIA).headers["Location"]
    answer = marketer.post(f"{url}values/", MARIA_MAPPED)
    page = answer.content.decode()
    assert answer.status_code == 200
    for value in ("María-José", "04/07/1985", "207-555-1985", "Иван"):
        assert value in page
    assert '<option value="family_name" selected>' in page
    assert '<option value="day_first" selected>' in page
    marketer.post(f"{url}values/", MARIA_MAPPED)
    assert list(Look.objects.values_list("kind", "person_name")) == [
        ("upload", "Mara Marketer"), ("upload", "Mara Marketer"),
    ]  # fmt: skip
    (event,) = AuditEvent.objects.filter(action="import.values_revealed")
    assert event.detail == {"columns": 4}
    assert ImportRun.objects.get().status == "uploaded"


def test_the_values_are_masked_again_after_five_minutes(clinic, marketer, agreement):
    url = upload(marketer, MARIA).headers["Location"]
    began = clock.now()
    with clock.at(began):
        marketer.post(f"{url}values/", MARIA_MAPPED)
    with clock.at(began + timedelta(minutes=4, seconds=59)):
        assert "María-José" in marketer.get(url).content.decode()
    with clock.at(began + timedelta(minutes=5)):
        assert "María-José" not in marketer.get(url).content.decode()


def test_nobody_else_sees_the_values_of_a_file(clinic, marketer, analyst, agreement):
    url = upload(marketer, MARIA).headers["Location"]
    owner = browser_of(make_member(clinic, "owner", "Omar Owner"))
    refused = owner.post(f"{url}values/", MARIA_MAPPED)
    assert refused.status_code == 422
    assert "Only Mara Marketer, who uploaded the file" in refused.content.decode()
    assert analyst.post(f"{url}values/", MARIA_MAPPED).status_code == 403
    assert not AuditEvent.objects.filter(action="import.values_revealed").exists()
    assert not Look.objects.exists()
    marketer.post(f"{url}values/", MARIA_MAPPED)
    assert "María-José" in marketer.get(url).content.decode()
    page = owner.get(url).content.decode()
    assert "María-José" not in page
    assert "Show the first values" not in page


def test_no_values_are_shown_when_the_import_has_ended(clinic, marketer, agreement):
    url = upload(marketer, MARIA).headers["Location"]
    marketer.post(f"{url}values/", MARIA_MAPPED)
    marketer.post(f"{url}cancel/")
    assert marketer.post(f"{url}values/", MARIA_MAPPED).headers["Location"] == url
    assert marketer.get(f"{url}columns/").headers["Location"] == url


@pytest.mark.parametrize("name", ["MRN", "patient number", "Patientennummer", "Record No."])
def test_the_record_number_is_known_by_the_words_of_other_systems(
    clinic, marketer, agreement, name
):
    url = upload(marketer, f"{name},First name\n1,Ada\n").headers["Location"]
    page = marketer.get(url).content.decode()
    assert '<option value="external_id" selected>' in page
    assert "Choose the record number." not in page


def test_a_missing_record_number_is_said_before_the_form_is_sent(clinic, marketer, agreement):
    url = upload(marketer, "Zeichen,First name\n1,Ada\n").headers["Location"]
    assert "Choose the record number." in marketer.get(url).content.decode()


def test_the_dry_run_says_why_single_values_are_left_out(clinic, marketer, agreement):
    page = " ".join(
        re.sub("<[^>]+>", " ", marketer.get(checked(marketer)).content.decode()).split()
    )
    assert "Why 2 single values are left out" in page
    assert "Last visit : There is no such day in the calendar. 1" in page
    assert "E-Mail : " in page
    assert "Download the rows to mend, with what is wrong (CSV)" in page


def test_the_rows_to_mend_come_back_as_they_were(clinic, marketer, agreement):
    url = checked(marketer)
    answer = b"".join(marketer.get(f"{url}problems/").streaming_content).decode("utf-8-sig")
    header, second, third = list(csv.reader(io.StringIO(answer)))
    assert header[-2:] == ["Line in the file", "What is wrong"]
    assert second[:4] == ["2", "Bo", "bo@", "02/30/2026"]
    assert "Last visit: There is no such day in the calendar." in second[-1]
    assert third[-1] == "This row has no record number."


def test_a_formula_does_not_run_in_the_file_of_problems(clinic, marketer, agreement):
    upload(marketer, 'MRN,Note\n"","=1+1"\n')
    run = ImportRun.objects.get()
    marketer.post(f"/imports/{run.pk}/columns/", {"column_0": "external_id", "order": "not_shown"})
    marketer.post(f"/imports/{run.pk}/basis/", {"basis": "none"})
    work_on(run.pk)
    answer = b"".join(marketer.get(f"/imports/{run.pk}/problems/").streaming_content)
    assert b'"\'=1+1"' in answer


@pytest.mark.parametrize("data", ["", "ada@x.example,Ada\n"])
def test_a_file_that_is_no_table_is_refused_on_the_page(clinic, marketer, agreement, data):
    answer = upload(marketer, data)
    assert answer.status_code == 422
    assert "The file was not taken." in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_no_part_of_an_upload_is_open_on_disk(clinic, marketer, agreement, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    upload(marketer, FILE + "3,Di,,,\n" * 100_000)
    assert list(tmp_path.iterdir()) == []
    assert ImportChunk.objects.count() == 4


def test_a_claim_of_consent_needs_its_evidence(clinic, marketer, agreement):
    url = matched(marketer)
    said = {"basis": "everybody", "purposes": ["marketing"], "source": "Form", "wording": ""}
    assert marketer.post(f"{url}basis/", said).status_code == 422
    assert marketer.post(f"{url}basis/", {"basis": "column"}).status_code == 422
    assert ImportRun.objects.get().status == "matched"


def test_two_columns_cannot_become_one_field_and_no_field_is_left_behind(
    clinic, marketer, agreement
):
    url = upload(marketer).headers["Location"]
    answer = marketer.post(f"{url}columns/", MAPPING | {"column_1": "external_id"})
    assert answer.status_code == 422
    assert not Attribute.objects.exists()


def test_a_file_can_be_thrown_away(clinic, marketer, agreement):
    url = upload(marketer).headers["Location"]
    marketer.post(f"{url}cancel/")
    assert (ImportRun.objects.get().status, ImportChunk.objects.count()) == ("canceled", 0)
    assert not Contact.objects.exists()


def test_an_upload_needs_a_token_of_ours(clinic, marketer, agreement):
    marketer.handler.enforce_csrf_checks = True
    assert upload(marketer).status_code == 403


@pytest.mark.parametrize("path", ["", "columns/", "basis/", "progress/", "problems/"])
def test_another_tenants_import_is_not_found(clinic, other_clinic, marketer, path):
    with tenant_scope(other_clinic.id):
        run = ImportRun.objects.create(
            file_name="x.csv", status="checked", started_by_id="x", started_by_name="x"
        )
    assert marketer.get(f"/imports/{run.pk}/{path}").status_code == 404


def test_the_progress_of_a_run_whose_work_has_not_begun_leads_back_to_its_page(
    clinic, marketer, agreement
):
    url = upload(marketer).headers["Location"]
    answer = marketer.get(f"{url}progress/")
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (200, "true")
