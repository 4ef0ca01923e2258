"""A copy of an archive: a zip under a password of its own, for one person and a quarter of an hour."""

import hashlib
import io
from dataclasses import replace

import pytest
import pyzipper

from audit import archive_copies
from audit.models import AuditEvent
from tests.audit.exports import verdict
from tests.audit.months import archived


def test_a_copy_opens_with_its_password_alone(clinic, nurse, tmp_path, capsys):
    (archive,) = archived(nurse, (2020, 3))
    one, two = (archive_copies.offer(archive, actor=nurse) for _ in range(2))
    assert one.password != two.password
    content = b"".join(archive_copies.take(archive, ticket=one.ticket, actor=nurse))
    assert b"events.jsonl" not in content
    with pyzipper.AESZipFile(io.BytesIO(content)) as copy:
        with pytest.raises(RuntimeError, match="Bad password"):
            copy.read("audit-2020-03.zip", pwd=two.password.encode())
        inside = copy.read("audit-2020-03.zip", pwd=one.password.encode())
    (tmp_path / "march.zip").write_bytes(inside)
    assert hashlib.sha256(inside).hexdigest() == archive.sha256
    assert verdict(capsys, tmp_path / "march.zip")[0] == 0
    event = AuditEvent.objects.get(action="archive.downloaded")
    assert (event.facts["rows"], event.detail) == (3, {"sha256": archive.sha256})


def test_a_ticket_is_for_one_person_one_archive_and_a_quarter_of_an_hour(clinic, nurse):
    march, april = archived(nurse, (2020, 3), (2020, 4))
    ticket = archive_copies.offer(march, actor=nurse).ticket
    for archive, actor in ((april, nurse), (march, replace(nurse, id="other"))):
        with pytest.raises(archive_copies.NoCopy, match="somebody else"):
            archive_copies.take(archive, ticket=ticket, actor=actor)
    with pytest.raises(archive_copies.NoCopy, match="is over"):
        archive_copies.take(march, ticket=ticket + "x", actor=nurse)
    assert not AuditEvent.objects.filter(action="archive.downloaded", outcome="done").exists()
