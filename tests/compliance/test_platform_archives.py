"""The platform's own log becomes archives too, which operators check and take, and nobody else."""

import io
import re

import pytest
import pyzipper

from accounts.services import support
from audit import archiving
from audit.models import AuditEvent
from audit.verifier import main as verify
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_user
from tests.audit.exports import superuser
from tests.audit.months import archived, of_platform, work
from tests.compliance.reading import text_of
from tests.factories.compliance import OPERATOR

PAGE = "/operator/log/archives/"


@pytest.fixture(scope="module")
def june(_database):
    """The platform's log is shared by all tests: this month of it is of this file alone."""
    return of_platform(OPERATOR, (2021, 6))[-1]


def events(action):
    with platform_scope():
        return list(AuditEvent.objects.filter(action=action))


def test_the_tick_begins_them_as_for_every_workspace(june):
    assert f"{june.month:%Y-%m}" == "2021-06"
    with platform_scope():
        assert PLATFORM_TENANT_ID in archiving.tenants_with_closed_months()
    july = of_platform(OPERATOR, (2021, 7))[-1]
    assert (f"{july.month:%Y-%m}", july.status, july.events >= 3) == ("2021-07", "ready", True)
    assert july.first == june.end


def test_an_operator_checks_one_and_reads_that_they_are_kept(operator, june):
    page = text_of(operator.get(PAGE))
    assert "June 2021" in page
    assert "Nobody disposes of them." in page
    assert operator.post(f"{PAGE}{june.pk}/check/").status_code == 302
    assert "June 2021 is being checked" in text_of(operator.get(PAGE))
    with platform_scope():
        work()
    assert "Holds" in text_of(operator.get(PAGE))


def test_the_copy_proves_itself_to_who_takes_it(operator, june, tmp_path, capsys):
    page = operator.post(f"{PAGE}{june.pk}/copy/").content.decode()
    password = re.search(r"<code>([A-Z0-9-]{23})</code>", page)[1]
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    answer = operator.post(f"{PAGE}{june.pk}/file/", {"ticket": ticket})
    content = b"".join(answer.streaming_content)
    with pyzipper.AESZipFile(io.BytesIO(content)) as copy:
        inside = copy.read("audit-2021-06.zip", pwd=password.encode())
    kept = tmp_path / "kept.zip"
    kept.write_bytes(inside)
    assert verify([str(kept)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"OK: {june.events} events (from {june.first}) of ")
    assert f"/audit/{PLATFORM_TENANT_ID} are whole" in said
    assert events("archive.downloaded")[-1].actor_name == "Olga Operator"


def test_a_check_says_what_a_superuser_did(operator, june):
    with superuser() as admin:
        hash_of = "UPDATE audit_archive SET sha256 = %s WHERE id = %s"
        admin.execute(hash_of, ["0" * 64, june.pk])
    operator.post(f"{PAGE}{june.pk}/check/")
    with platform_scope():
        work()
    page = text_of(operator.get(PAGE))
    with superuser() as admin:
        admin.execute(hash_of, [june.sha256, june.pk])
    assert "Does not hold The file is not the one that was written." in page


def test_nobody_of_a_workspace_reaches_them(owner, june):
    taken = len(events("archive.password_shown"))
    assert owner.get(PAGE).status_code == 403
    for act in ("check", "go-on", "stop", "copy", "file"):
        assert owner.post(f"{PAGE}{june.pk}/{act}/").status_code == 403
    assert owner.post(f"/compliance/audit/archives/{june.pk}/copy/").status_code == 404
    assert len(events("archive.password_shown")) == taken


def test_an_operator_reaches_none_of_a_workspace(clinic, nurse, operator):
    (march,) = archived(nurse, (2020, 3))
    for act in ("check", "go-on", "stop", "copy", "file"):
        assert operator.post(f"{PAGE}{march.pk}/{act}/").status_code == 404
    march.refresh_from_db()
    assert (march.checked_at, march.job.kind) == (None, archiving.WRITE)


def test_an_operator_who_looks_in_for_support_sees_none_of_the_workspace(
    clinic, nurse, operator, june
):
    (march,) = archived(nurse, (2020, 3))
    support.open_window(ticket="T-1042", hours=4, actor=nurse)
    assert operator.post(f"/operator/{clinic.pk}/look/").status_code == 302
    page = operator.get(PAGE).content.decode()
    assert str(march.pk) not in page
    assert str(june.pk) in page
    for act in ("check", "copy", "file"):
        assert operator.post(f"{PAGE}{march.pk}/{act}/").status_code == 404
    assert not AuditEvent.objects.filter(action="archive.password_shown").exists()


def test_a_copy_asks_an_operator_who_signed_in_long_ago(june):
    olga = make_user("Olga Operator", is_operator=True)
    browser = browser_of(olga)
    let_proof_grow_old(olga)
    assert browser.post(f"{PAGE}{june.pk}/copy/").status_code == 403
    assert "step_up" in browser.post(f"{PAGE}{june.pk}/copy/").content.decode()
