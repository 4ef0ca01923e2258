"""Files of many people wait for a second person, and end with the question."""

import pytest

from accounts.models import Countersignature
from accounts.services import countersignatures
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from contacts.models import ExportChunk
from contacts.services import export_work, exports
from contacts.services.exports import Wish
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.factories.contacts import make_contact

MAILING = Wish("mailing", ["given_name", "email"], "everybody", None, ["limited"])


@pytest.fixture
def mara(clinic, agreement):
    return make_member(clinic, "marketer", "Mara Marketer")


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


def ask(person):
    return exports.ask(MAILING, rows=10_000, reason="For the printer", actor=actor_for(person))


def test_over_500_people_a_second_person_decides(mara, officer, clinic, monkeypatch):
    monkeypatch.setattr(exports, "SECOND_PERSON_OVER", 2)
    for _ in range(3):
        make_contact()
    export = ask(mara)
    assert (export.status, export.job) == ("asked", None)
    export_work.work_on(export.pk)
    assert not ExportChunk.objects.exists()
    asked = Countersignature.objects.get()
    with pytest.raises(countersignatures.NotDecided):
        countersignatures.grant(asked.pk, actor=actor_for(mara))
    page = browser_of(officer).get(f"/settings/requests/{asked.pk}/").content.decode()
    assert "Export 3 people to a file for letters and calls" in page
    countersignatures.grant(asked.pk, actor=actor_for(officer))
    export_work.work_on(export.pk)
    export.refresh_from_db()
    assert (export.status, export.rows) == ("ready", 3)
    assert AuditEvent.objects.get(action="export.allowed").actor_name == "Cora Officer"


@pytest.mark.parametrize("how", ["refused", "canceled", "expired"])
def test_a_file_that_nobody_allowed_ends_with_its_question(mara, officer, monkeypatch, how):
    monkeypatch.setattr(exports, "SECOND_PERSON_OVER", 0)
    make_contact()
    export = ask(mara)
    question = Countersignature.objects.get()
    if how == "refused":
        countersignatures.refuse(question.pk, actor=actor_for(officer), reason="Too many")
    elif how == "canceled":
        exports.cancel(export, actor=actor_for(mara))
    else:
        with clock.at(question.expires_at):
            countersignatures.expire_due()
    export.refresh_from_db()
    question.refresh_from_db()
    decision = {"canceled": "withdrawn"}.get(how, how)
    assert (export.status, question.decision) == ("canceled", decision)
    assert AuditEvent.objects.filter(action="export.canceled").count() == 1
    with pytest.raises(countersignatures.NotDecided):
        countersignatures.grant(question.pk, actor=actor_for(officer))
    export_work.work_on(export.pk)
    assert not ExportChunk.objects.exists()
