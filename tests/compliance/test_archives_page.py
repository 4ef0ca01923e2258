"""The page of archives: what it shows, who may take a copy, and that a writing can be stopped and taken up."""

import io
import re

import pytest
import pyzipper

from audit import archiving
from audit.models import Archive, AuditEvent
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.audit.months import archived, work, write_month
from tests.compliance.reading import text_of

PAGE = "/compliance/audit/archives/"


@pytest.fixture
def march(clinic, nurse):
    (archive,) = archived(nurse, (2020, 3))
    return archive


def test_it_says_what_is_archived_and_checks_it_on_demand(officer, march):
    page = text_of(officer.get(PAGE))
    assert "March 2020" in page
    assert "Written" in page
    assert officer.post(f"{PAGE}{march.pk}/check/").status_code == 302
    assert "March 2020 is being checked" in text_of(officer.get(PAGE))
    work()
    assert "Holds" in text_of(officer.get(PAGE))
    assert AuditEvent.objects.get(action="archive.check_started").actor_name == "Cora Officer"


def test_what_does_not_hold_stands_on_the_page(officer, march):
    Archive.objects.update(checked_at=march.ready_at, problem="The file cannot be read.")
    page = text_of(officer.get(PAGE))
    assert "Does not hold" in page
    assert "The file cannot be read." in page


def test_a_copy_is_a_file_and_a_password_that_is_shown_once(officer, march):
    page = officer.post(f"{PAGE}{march.pk}/copy/").content.decode()
    password = re.search(r"<code>([A-Z0-9-]{23})</code>", page)[1]
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    answer = officer.post(f"{PAGE}{march.pk}/file/", {"ticket": ticket})
    assert answer["Content-Disposition"] == 'attachment; filename="audit-2020-03.zip"'
    content = b"".join(answer.streaming_content)
    with pyzipper.AESZipFile(io.BytesIO(content)) as copy:
        inside = copy.read("audit-2020-03.zip", pwd=password.encode())
    assert len(inside) == march.length
    taken = AuditEvent.objects.get(action="archive.downloaded")
    assert (taken.actor_name, taken.object_id) == ("Cora Officer", str(march.pk))


def test_without_a_ticket_there_is_no_file(officer, march):
    assert officer.post(f"{PAGE}{march.pk}/file/", {"ticket": "x"}).status_code == 302
    assert "Ask for a new one" in text_of(officer.get(PAGE))
    assert not AuditEvent.objects.filter(action="archive.downloaded").exists()


def test_a_copy_asks_who_signed_in_long_ago_and_refuses_a_marketer(clinic, marketer, march):
    user = make_member(clinic, "compliance_officer", "Cora Officer")
    officer = browser_of(user)
    let_proof_grow_old(user)
    for browser in (officer, marketer):
        assert browser.post(f"{PAGE}{march.pk}/copy/").status_code == 403
    assert not AuditEvent.objects.filter(action="archive.password_shown").exists()


def test_a_writing_is_watched_stopped_and_taken_up(clinic, officer, nurse):
    write_month(nurse, 2020, 3)
    archive = archiving.begin_next()
    assert "March 2020 is being written" in text_of(officer.get(PAGE))
    officer.post(f"{PAGE}{archive.pk}/stop/")
    assert "Stopping after the step under way." in text_of(officer.get(PAGE))
    work()
    assert "Later months wait for it." in text_of(officer.get(PAGE))
    auditor = browser_of(make_member(clinic, "auditor", "Aude Auditor"))
    assert auditor.post(f"{PAGE}{archive.pk}/go-on/").status_code == 403
    assert Archive.objects.get().status == "stopped"
    officer.post(f"{PAGE}{archive.pk}/go-on/")
    work()
    assert Archive.objects.get().status == "ready"


def test_the_first_page_says_when_the_first_archive_comes(officer):
    assert "No month has closed yet" in text_of(officer.get(PAGE))
