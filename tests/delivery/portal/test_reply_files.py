"""Files that people send with a reply: judged, looked through, sealed, and handed to staff to be saved."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings

from audit.models import AuditEvent
from contacts.models import Look
from delivery.escrow import file_kinds
from delivery.models import EscrowItem, Reply, ReplyFile
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.browser import assert_accessible
from tests.delivery.escrow.test_scanning import Clamd
from tests.delivery.portal.test_browser import answer, path_of
from tests.delivery.portal.test_pages import enter, gate_of, page, prove
from tests.factories.delivery import make_item

PDF = b"%PDF-1.7 warfarin " * 1000
NAME = "Rezept für Ada.pdf"


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


@pytest.fixture
def browser(item) -> Client:
    client = Client(headers={"host": settings.HOSTS["portal"]})
    enter(client, item)
    return client


def write(browser, item, *files, words="See the file."):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return browser.post(f"{gate_of(item)}/reply", {"reply": words, "files": sent})


def said(answer) -> str:
    return answer.headers["Location"].partition("?said=")[2]


def with_clamd(answer: bytes):
    clamd = Clamd(answer)
    clamd.start()
    return override_settings(MALWARE_SCANNER=clamd.door)


def test_a_file_is_looked_through_and_rests_sealed(browser, item):
    with with_clamd(b"stream: OK\0"):
        assert said(write(browser, item, (NAME, PDF))) == "reply_sent"
    reply, file = Reply.objects.get(), ReplyFile.objects.get()
    assert (reply.attachments, file.reply_id, file.position) == (1, reply.id, 1)
    assert (file.name, file.media_type, file.size) == (NAME, "application/pdf", len(PDF))
    assert (file.scan, bytes(file.content)) == ("clean", PDF)
    with connection.cursor() as cursor:
        cursor.execute("SELECT delivery_replyfile::text FROM delivery_replyfile")
        rests = str(cursor.fetchone()[0])
    assert str(reply.id) in rests  # positive control
    assert not any(secret.encode().hex() in rests for secret in ("warfarin", "Rezept"))
    assert "Rezept" not in rests


def test_malware_is_told_and_not_kept(browser, item):
    with with_clamd(b"stream: Eicar-Signature FOUND\0"):
        assert said(write(browser, item, (NAME, PDF))) == "reply_sent"
    assert ReplyFile.objects.values_list("scan", "content").get() == ("infected", None)
    with pytest.raises(IntegrityError, match="reply_file_keeps_no_malware"), transaction.atomic():
        ReplyFile.objects.update(scan="clean")


@pytest.mark.parametrize(
    "files",
    [
        [("a.exe", b"MZ\x90\x00")],
        [("a.pdf", b"<html><script>alert(1)</script>")],
        [("a.txt", b"x")] * 11,
        [("a.pdf", PDF), ("a.zip", b"PK\x03\x04")],
    ],
    ids=["program", "page", "eleven", "one of two"],
)
def test_what_is_not_taken_leaves_nothing(browser, item, files):
    answer = write(browser, item, *files)
    assert said(answer) == "files_not_taken"
    assert "Your reply was not sent" in page(browser.get(answer.headers["Location"]))
    assert (Reply.objects.count(), ReplyFile.objects.count()) == (0, 0)


def test_more_than_25_mb_ends_the_upload(browser, item):
    half = b"%PDF" + bytes(file_kinds.LARGEST // 2)
    assert said(write(browser, item, ("a.pdf", half), ("b.pdf", half))) == "files_not_taken"
    assert not Reply.objects.exists()


def test_nobody_sends_files_before_the_check_and_no_other_page_takes_one(ada, browser, item):
    other, stranger = make_item(ada), Client(headers={"host": settings.HOSTS["portal"]})
    assert write(stranger, other, (NAME, PDF)).status_code == 403
    prove(stranger, other)
    assert write(stranger, other, (NAME, PDF)).headers["Location"] == f"{gate_of(other)}/check"
    sent = {"receipt": "x", "files": SimpleUploadedFile(NAME, PDF)}
    answer = browser.post(f"{gate_of(item)}/receipt", sent)
    assert list(answer.wsgi_request.FILES) == []
    assert (Reply.objects.count(), ReplyFile.objects.count()) == (0, 0)


def test_the_token_of_the_form_is_checked_all_the_same(item):
    strict = Client(headers={"host": settings.HOSTS["portal"]}, enforce_csrf_checks=True)
    assert write(strict, item, (NAME, PDF)).status_code == 403
    assert not Reply.objects.exists()


@pytest.fixture
def file(browser, item) -> ReplyFile:
    write(browser, item, (NAME, PDF), ("note.txt", b"Drink water."))
    return ReplyFile.objects.get(position=1)


def address(file) -> str:
    return f"/replies/files/{file.id}/"


def test_staff_saves_it_under_their_name(clinic, ada, file):
    marketer = browser_of(make_member(clinic, "marketer"))
    listed = page(marketer.get(f"/replies/{file.reply_id}/"))
    assert NAME not in listed
    shown = page(marketer.post(f"/replies/{file.reply_id}/read/", follow=True))
    assert NAME in shown
    assert "Have it checked before you open it." in shown
    saved = marketer.post(address(file))
    assert saved.content == PDF
    assert saved.headers["Content-Type"] == "application/pdf"
    assert saved.headers["Content-Disposition"] == 'attachment; filename="file-1.pdf"'
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    event = AuditEvent.objects.get(action="reply.file_saved")
    assert (event.object_id, event.detail) == (str(file.id), {"scan": "not_scanned"})
    assert Look.objects.filter(contact=ada).exists()


def test_staff_gets_no_malware(clinic, file):
    ReplyFile.objects.filter(pk=file.pk).update(scan="infected", content=None)
    marketer = browser_of(make_member(clinic, "marketer"))
    refused = marketer.post(address(file))
    assert refused.status_code == 422
    assert "It was not kept." in page(refused)
    shown = page(marketer.post(f"/replies/{file.reply_id}/read/", follow=True))
    assert "It was not kept." in shown
    assert address(file) not in shown
    assert address(ReplyFile.objects.get(position=2)) in shown
    assert not AuditEvent.objects.filter(action="reply.file_saved").exists()


def test_who_may_not_read_gets_no_file(clinic, other_clinic, file):
    assert browser_of(make_member(clinic, "analyst")).post(address(file)).status_code == 403
    with tenant_scope(other_clinic.id):
        stranger = browser_of(make_member(other_clinic, "marketer"))
    assert stranger.post(address(file)).status_code == 404
    member = make_member(clinic, "marketer")
    sleepy = browser_of(member)
    let_proof_grow_old(member)
    assert sleepy.post(address(file)).status_code in {302, 403}
    assert not AuditEvent.objects.filter(action="reply.file_saved").exists()


@pytest.mark.browser
def test_in_a_browser_from_the_patient_to_staff(open_page, open_as, clinic, item):
    tab = open_page(path_of(item), host="portal")
    tab.get_by_role("button", name="Continue").click()
    answer(tab, item)
    tab.get_by_label("Write back to the clinic").fill("See the file.")
    sent = {"name": NAME, "mimeType": "application/pdf", "buffer": PDF}
    tab.get_by_label("Files to send along").set_input_files([sent])
    tab.get_by_role("button", name="Send the reply").click()
    tab.get_by_text("Your reply is with the clinic.", exact=True).wait_for()
    assert_accessible(tab)
    staff = open_as(make_member(clinic, "marketer"), f"/replies/{Reply.objects.get().id}/")
    staff.get_by_role("button", name="Read it").click()
    staff.get_by_text(NAME, exact=True).wait_for()
    assert_accessible(staff)
    with staff.expect_download() as saving:
        staff.get_by_role("button", name=f"Save {NAME}").click()
    assert saving.value.suggested_filename == "file-1.pdf"
