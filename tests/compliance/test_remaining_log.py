"""What a destroyed workspace leaves: an operator reads its log and takes it, and an outsider checks it."""

import json
import zipfile

import pytest

from audit.models import AuditEvent, Checkpoint
from compliance.services import destruction
from tenancy import clock
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_user
from tests.audit.exports import superuser, verdict
from tests.compliance.ended import rows_in, tables_of
from tests.compliance.reading import text_of


@pytest.fixture
def destroyed(ended):
    tenant, _, _, moment = ended
    with clock.at(moment):
        destruction.work_on(tenant.pk)
    return tenant


def page_of(tenant):
    return f"/operator/endings/{tenant.pk}/log/"


def told_of(tenant, action):
    """What the platform's own log says about this workspace."""
    with platform_scope():
        return list(AuditEvent.objects.filter(action=action, object_id=str(tenant.pk)))


def taken(browser, tenant, path):
    answer = browser.post(f"{page_of(tenant)}evidence/")
    path.write_bytes(b"".join(answer.streaming_content))
    return path


def test_an_operator_reads_what_is_left_and_that_is_recorded(destroyed, operator):
    with tenant_scope(destroyed.pk):
        before = AuditEvent.objects.count()
    page = text_of(operator.get(page_of(destroyed)))
    assert "Log of Elm Street Clinic" in page
    assert "Destroyed the workspace" in page
    assert "Decided that the workspace ends" in page
    assert "Certificate of destruction" in page
    assert "Zyxomark" not in page
    with tenant_scope(destroyed.pk):
        assert AuditEvent.objects.count() == before
    (event,) = told_of(destroyed, "workspace.log_read")
    assert (event.actor_name, event.object_id) == ("Olga Operator", str(destroyed.pk))
    assert "Its log" in text_of(operator.get(f"/operator/endings/{destroyed.pk}/"))


def test_it_goes_on_by_pages(destroyed, operator, monkeypatch):
    monkeypatch.setattr("compliance.trail.PAGE_SIZE", 2)
    with tenant_scope(destroyed.pk):
        ids = [
            str(pk)
            for pk in AuditEvent.objects.order_by("-recorded_at", "-id").values_list(
                "pk", flat=True
            )
        ]
    first = operator.get(page_of(destroyed)).content.decode()
    assert f"?before={ids[1]}" in first
    second = operator.get(f"{page_of(destroyed)}?before={ids[1]}").content.decode()
    assert f"?after={ids[2]}" in second
    back = operator.get(f"{page_of(destroyed)}?after={ids[2]}").content.decode()
    assert f"?before={ids[1]}" in back
    assert operator.get(f"{page_of(destroyed)}?before=nonsense").status_code == 200


def test_the_file_proves_itself_without_any_key(destroyed, operator, tmp_path, capsys):
    path = taken(operator, destroyed, tmp_path / "export.zip")
    code, line = verdict(capsys, path)
    assert (code, line[:3]) == (0, "OK:")
    assert "; 0 details opened" in line
    with tenant_scope(destroyed.pk):
        size = Checkpoint.objects.latest("size").size
        assert AuditEvent.objects.count() == size
    with zipfile.ZipFile(path) as archive:
        rows = [json.loads(row) for row in archive.read("events.jsonl").splitlines()]
    assert [row["seq"] for row in rows] == list(range(size))
    assert rows[-1]["row"]["action"] == "workspace.destroyed"
    (event,) = told_of(destroyed, "workspace.log_exported")
    assert event.detail == {"events": size}
    with superuser() as admin:
        admin.execute(
            "UPDATE audit_auditevent SET actor_name = 'Nobody' WHERE tenant_id = %s", [destroyed.pk]
        )
    code, line = verdict(capsys, taken(operator, destroyed, tmp_path / "altered.zip"))
    assert (code, "actor_name differs" in line) == (1, True)


def test_nothing_is_written_where_it_is_read(destroyed, operator, tmp_path):
    before = tables_of(destroyed.pk)
    operator.get(page_of(destroyed))
    taken(operator, destroyed, tmp_path / "export.zip")
    assert tables_of(destroyed.pk) == before
    assert "contacts_contact" not in rows_in(before)


def test_a_workspace_that_lives_shows_its_log_to_no_operator(clinic, ended, operator):
    for tenant in (clinic, ended[0]):
        assert operator.get(page_of(tenant)).status_code == 404
        assert operator.post(f"{page_of(tenant)}evidence/").status_code == 404
        assert told_of(tenant, "workspace.log_read") == []
        assert told_of(tenant, "workspace.log_exported") == []


def test_only_an_operator_who_has_just_proven_it_takes_the_file(destroyed, officer):
    assert officer.get(page_of(destroyed)).status_code == 403
    pat = make_user("Pat Platform", is_operator=True)
    browser = browser_of(pat)
    let_proof_grow_old(pat)
    assert browser.post(f"{page_of(destroyed)}evidence/").status_code == 403
    assert told_of(destroyed, "workspace.log_exported") == []
