"""Files of people: for a purpose, seen by a second person when large, encrypted, taken once."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
import pyzipper
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from contacts import tasks
from contacts.export_profiles import PROFILES, fields_for
from contacts.models import ContactExport, ExportChunk
from contacts.queries import schema
from contacts.services import export_work, exports
from contacts.services.exports import ExportRefused, Wish
from segments import services as segments
from tenancy import clock
from tenancy.models import Job
from tenancy.scope import platform_scope, tenant_scope
from tenancy.spreadsheets import unguard
from tests.accounts.signing_in import browser_of, make_member
from tests.factories.contacts import make_contact, make_schema

EVERY_CLASS = ["limited", "phi", "special"]
MAILING = Wish("mailing", ["given_name", "email"], "everybody", None, EVERY_CLASS)
DAY = timedelta(hours=24)


@pytest.fixture
def mara(clinic, agreement):
    return make_member(clinic, "marketer", "Mara Marketer")


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


def ask(person, wish=MAILING, rows=10_000):
    return exports.ask(wish, rows=rows, reason="For the printer", actor=actor_for(person))


def written(person, wish=MAILING):
    export = ask(person, wish)
    export_work.work_on(export.pk)
    export.refresh_from_db()
    return export


def opened(content, password):
    with pyzipper.AESZipFile(BytesIO(content)) as archive:
        archive.setpassword(password.encode())
        (name,) = archive.namelist()
        text = archive.read(name).decode("utf-8-sig")
    return [[unguard(cell) for cell in row] for row in csv.reader(StringIO(text))]


def test_the_file_holds_what_the_purpose_needs_and_a_watermark(mara):
    make_contact(given_name="Marisol", email="marisol@x.example", phone="+12025550100")
    export = written(mara)
    assert (export.status, export.rows) == ("ready", 1)
    password = exports.show_password(export, actor=actor_for(mara))
    content = exports.take(export, actor=actor_for(mara))
    assert opened(content, password) == [
        ["Given name", "Email", "Export"],
        ["Marisol", "marisol@x.example", export.watermark],
    ]
    assert b"Marisol" not in content
    assert b"marisol" not in content


def test_a_wrong_password_opens_nothing(mara):
    make_contact()
    content = exports.take(written(mara), actor=actor_for(mara))
    with pytest.raises(RuntimeError, match="password"):
        opened(content, "AAAAA-BBBBB-CCCCC-DDDDD")


def test_a_cell_that_would_run_does_not(mara):
    make_contact(given_name="=cmd|' /C calc'!A0")
    export = written(mara)
    password = exports.show_password(export, actor=actor_for(mara))
    with pyzipper.AESZipFile(BytesIO(exports.take(export, actor=actor_for(mara)))) as archive:
        archive.setpassword(password.encode())
        text = archive.read(archive.namelist()[0]).decode("utf-8-sig")
    assert "\"'=cmd" in text


@pytest.mark.parametrize("profile", PROFILES)
def test_no_purpose_gives_a_field_beyond_its_classes_or_the_role(clinic, profile):
    make_schema()
    for seen in ([], ["limited"], ["limited", "phi"], EVERY_CLASS):
        found = fields_for(profile, schema(), seen_classes=seen)
        own = [field for field in found if field.key not in PROFILES[profile].identity]
        allowed = PROFILES[profile].classes & {"none", *seen}
        assert {field.phi_class for field in own} <= allowed


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish("mailing", ["birth_date"], "everybody", None, EVERY_CLASS), "Choose fields"),
        (Wish("mailing", [], "everybody", None, EVERY_CLASS), "Choose fields"),
        (Wish("care", ["conditions"], "everybody", None, ["limited"]), "Choose fields"),
        (Wish("mailing", ["email"], "segment", None, EVERY_CLASS), "Choose whom"),
        (Wish("mailing", ["email"], "planet", None, EVERY_CLASS), "Choose whom"),
    ],
)  # fmt: skip
def test_refuses_fields_beyond_the_purpose_and_nobody(mara, wish, sentence):
    make_schema()
    make_contact()
    with pytest.raises(ExportRefused, match=sentence):
        ask(mara, wish)
    assert not ContactExport.objects.exists()
    assert not AuditEvent.objects.filter(action="export.asked").exists()


def test_more_people_than_were_shown_are_not_written(mara):
    make_contact()
    with pytest.raises(ExportRefused, match="More people match now"):
        ask(mara, rows=0)
    export = ask(mara, rows=1)
    make_contact()
    export_work.work_on(export.pk)
    export.refresh_from_db()
    assert export.status == "failed"
    assert not ExportChunk.objects.exists()
    assert not AuditEvent.objects.filter(action="contacts.exported").exists()


def test_a_file_has_at_most_so_many_rows(mara, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    make_contact()
    make_contact()
    with pytest.raises(ExportRefused, match="1 people at most"):
        ask(mara)


def test_a_file_is_taken_once_by_who_asked_and_each_step_is_recorded(mara, officer):
    make_contact()
    export = written(mara)
    with pytest.raises(ExportRefused, match="Only the person"):
        exports.take(export, actor=actor_for(officer))
    with pytest.raises(ExportRefused, match="Only the person"):
        exports.show_password(export, actor=actor_for(officer))
    exports.take(export, actor=actor_for(mara))
    assert not ExportChunk.objects.exists()
    with pytest.raises(ExportRefused, match="moved on: taken"):
        exports.take(export, actor=actor_for(mara))
    exports.show_password(export, actor=actor_for(mara))
    with pytest.raises(ExportRefused, match="was shown"):
        exports.show_password(export, actor=actor_for(mara))
    done = AuditEvent.objects.filter(outcome="done", object_id=str(export.pk)).order_by(
        "recorded_at"
    )
    assert list(done.values_list("action", flat=True)) == [
        "export.asked", "contacts.exported", "export.downloaded", "export.password_shown",
    ]  # fmt: skip
    event = AuditEvent.objects.get(action="export.downloaded", outcome="done")
    assert event.detail["is_possible_disclosure"] is True
    assert event.detail["watermark"] == export.watermark
    assert AuditEvent.objects.filter(outcome="denied").count() == 2


def test_after_a_day_the_file_is_gone(mara, clinic):
    make_contact()
    export = written(mara)
    with clock.at(export.ready_at + DAY), pytest.raises(ExportRefused, match="within 24 hours"):
        exports.take(export, actor=actor_for(mara))
    ContactExport.objects.update(ready_at=clock.now() - DAY)
    with platform_scope():
        tasks.wake_exports()
    with tenant_scope(clinic.id):
        export.refresh_from_db()
    assert (export.status, export.password) == ("expired", None)
    assert not ExportChunk.objects.exists()


def test_nothing_of_the_file_is_stored_in_clear(mara):
    make_contact(given_name="Marisol")
    export = written(mara)
    chunk = ExportChunk.objects.values("content").get()["content"]
    assert chunk.ciphertext[:2] != b"PK"
    assert export.password.encode() not in repr(ContactExport.objects.values().get()).encode()


def test_work_stops_when_somebody_says_so_or_the_right_is_lost(mara):
    make_contact()
    export = ask(mara)
    Membership.objects.filter(user=mara).update(role="analyst")
    export_work.work_on(export.pk)
    export.refresh_from_db()
    assert (export.status, export.job.status) == ("canceled", Job.Status.CANCELED)
    assert not ExportChunk.objects.exists()


def test_a_file_that_waits_can_be_stopped(mara):
    make_contact()
    export = ask(mara)
    exports.cancel(export, actor=actor_for(mara))
    export_work.work_on(export.pk)
    export.refresh_from_db()
    assert export.status == "canceled"
    assert not ExportChunk.objects.exists()


def test_a_segment_is_exported_as_it_is_today(mara):
    make_schema()
    make_contact(given_name="Ada", plan="Medicare")
    make_contact(given_name="Bo", plan="Medicaid")
    rule = {
        "match": "all",
        "rules": [{"field": "attribute.plan", "operator": "is", "value": "Medicare"}],
    }
    segment = segments.create(name="Seniors", rule=rule, actor=actor_for(mara))
    export = written(mara, Wish("mailing", ["given_name"], "segment", segment.pk, EVERY_CLASS))
    password = exports.show_password(export, actor=actor_for(mara))
    rows = opened(exports.take(export, actor=actor_for(mara)), password)
    assert [row[0] for row in rows] == ["Given name", "Ada"]


def test_the_pages_lead_from_the_purpose_to_the_file(mara, clinic):
    make_contact(given_name="Marisol", email="marisol@x.example")
    browser = browser_of(mara)
    form = {"profile": "mailing", "why": "For the printer"}
    page = browser.post("/exports/new/", form)
    assert page.status_code == 200
    assert "Export 1 person" in page.content.decode()
    assert not ContactExport.objects.exists()
    wanted = {**form, "fields_wanted": ["email"], "rows": "1", "confirm": "1"}
    answer = browser.post("/exports/new/", wanted)
    export = ContactExport.objects.get()
    assert (answer.url, export.fields) == (f"/exports/{export.pk}/", ["email"])
    assert "Being written" in browser.get(answer.url).content.decode()
    export_work.work_on(export.pk)
    assert browser.get(f"{answer.url}progress/")["HX-Refresh"] == "true"
    taken = browser.post(f"{answer.url}file/")
    assert taken["Content-Type"] == "application/zip"
    assert taken["Content-Disposition"] == f'attachment; filename="people-{export.watermark}.zip"'
    assert browser.post(f"{answer.url}file/").status_code == 422
    password = browser.post(f"{answer.url}password/").content.decode()
    assert "We do not keep it" in password
    assert "Show the password" not in browser.get(answer.url).content.decode()
    assert "Taken" in browser.get("/exports/").content.decode()


@pytest.mark.parametrize("role", ["admin", "analyst", "auditor"])
def test_roles_without_the_right_export_nobody(clinic, role):
    browser = browser_of(make_member(clinic, role))
    assert browser.get("/exports/new/").status_code == 403
    assert browser.post("/exports/new/", {"profile": "care"}).status_code == 403


@pytest.mark.parametrize("change", [{"status": "lost"}, {"status": "expired", "password": b"x"}])
def test_the_database_keeps_no_password_without_a_file(mara, change):
    make_contact()
    export = written(mara)
    with pytest.raises((IntegrityError, TypeError)), transaction.atomic():
        ContactExport.objects.filter(pk=export.pk).update(**change)
