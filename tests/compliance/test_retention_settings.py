"""How long each class stays: defaults, bounds, and who has to agree before something protects less."""

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.models import Countersignature
from accounts.services import countersignatures
from accounts.services.countersignatures import NotAsked, NotDecided
from accounts.services.protection import ChangedSince
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from compliance import lifecycle, queries
from compliance import services as compliance
from compliance.errors import AuditNeverShorter
from compliance.lifecycle import DataClass
from compliance.models import RetentionSettings
from compliance.retained import TERMS, Retained, in_words, years
from tenancy.models import TenantModel
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.compliance.reading import text_of

TABLES = [model for model in apps.get_models() if issubclass(model, TenantModel)]
EVERY_PERIOD = {retained.value: str(TERMS[retained].default) for retained in Retained}


@pytest.fixture
def olive(clinic):
    return make_member(clinic, "owner", "Olive Owner")


@pytest.fixture
def cora(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_table_says_how_its_rows_age_and_go(clinic, model):
    entry = lifecycle.registered()[model]
    aging = entry.aging
    if entry.retention is None:
        assert (aging.since, aging.goes_with) == ("", "")
        return
    assert bool(aging.since) != bool(aging.goes_with)
    if aging.goes_with:
        parent = lifecycle.registered()[model._meta.get_field(aging.goes_with).related_model]
        assert parent.retention == entry.retention
    else:
        assert model.objects.none().values(aging.since).query is not None
        assert not isinstance(entry.retention, Retained) or aging.called


def test_evidence_stays_for_six_years_whatever_a_workspace_decides():
    for entry in lifecycle.registered().values():
        if entry.data_class is DataClass.EVIDENCE and isinstance(entry.retention, Retained):
            assert TERMS[entry.retention].shortest >= years(6) == 2192


def test_begins_with_the_periods_of_the_registry(clinic):
    assert queries.retention().periods.days == {
        "messages": 2192, "content": 2192, "activity": 2192, "imports": 90,
        "exports": 2192, "portal": 2192, "audit": 2192,
    }  # fmt: skip
    assert (in_words(2192), in_words(90), in_words(365)) == ("6 years", "90 days", "1 year")


@pytest.mark.parametrize("retained", Retained)
@pytest.mark.parametrize("beyond", ["shortest", "longest"])
def test_the_database_refuses_a_period_out_of_bounds(clinic, retained, beyond):
    term = TERMS[retained]
    days = term.shortest - 1 if beyond == "shortest" else term.longest + 1
    with pytest.raises(IntegrityError, match="within_its_bounds"), transaction.atomic():
        RetentionSettings.objects.create(**{retained.field: days})
    assert not RetentionSettings.objects.exists()


def test_the_audit_log_never_stays_shorter(clinic, olive, cora):
    assert compliance.set_retention({Retained.AUDIT: years(10)}, actor=actor_for(olive))
    with pytest.raises(AuditNeverShorter):
        compliance.set_retention(
            {Retained.AUDIT: years(6)}, actor=actor_for(olive), reason="Too much"
        )
    with pytest.raises(IntegrityError, match="never stays shorter"), transaction.atomic():
        RetentionSettings.objects.update(audit_days=years(6))
    assert RetentionSettings.objects.get().audit_days == years(10)
    assert not Countersignature.objects.exists()


def test_more_protection_holds_at_once(clinic, olive):
    wanted = {Retained.MESSAGES: years(10), Retained.IMPORTS: 30}
    assert compliance.set_retention(wanted, actor=actor_for(olive))
    settings = RetentionSettings.objects.get()
    assert (settings.messages_days, settings.imports_days, settings.version) == (3653, 30, 2)
    assert AuditEvent.objects.get(action="retention.changed").detail == {
        "changed": {
            "messages_days": {"was": 2192, "is": 3653},
            "imports_days": {"was": 90, "is": 30},
        }
    }


@pytest.mark.parametrize("less", [{Retained.MESSAGES: years(3)}, {Retained.IMPORTS: 180}])
def test_less_protection_waits_for_a_second_person(clinic, olive, cora, less):
    change = {"actor": actor_for(olive)}
    with pytest.raises(NotAsked, match="Write why"):
        compliance.set_retention(less, reason=" ", **change)
    assert not RetentionSettings.objects.exists()

    assert not compliance.set_retention(less, reason="State law", **change)
    assert queries.retention().version == 1
    asked = Countersignature.objects.get()
    with pytest.raises(NotDecided, match="Somebody else"):
        countersignatures.grant(asked.pk, actor=actor_for(olive))
    assert queries.retention().version == 1

    countersignatures.grant(asked.pk, actor=actor_for(cora))

    ((retained, days),) = less.items()
    assert queries.retention().periods.days[retained] == days
    event = AuditEvent.objects.get(action="retention.changed")
    assert (event.actor_name, event.detail["asked_by_name"]) == ("Cora Officer", "Olive Owner")
    assert event.detail["reason"] == "State law"


def test_what_is_stricter_of_a_mixed_change_does_not_wait(clinic, olive, cora):
    wanted = {Retained.MESSAGES: years(3), Retained.CONTENT: years(8)}
    assert not compliance.set_retention(wanted, reason="State law", actor=actor_for(olive))
    settings = RetentionSettings.objects.get()
    assert (settings.messages_days, settings.content_days) == (years(6), years(8))


def test_nobody_else_may_decide_so_nothing_changes(clinic, olive):
    wanted = {Retained.MESSAGES: years(3), Retained.CONTENT: years(8)}
    with pytest.raises(NotAsked, match="Nobody else"):
        compliance.set_retention(wanted, reason="State law", actor=actor_for(olive))
    assert not RetentionSettings.objects.exists()


def test_what_was_changed_since_it_was_asked_for_is_not_overwritten(clinic, olive, cora):
    asks = {"reason": "State law", "actor": actor_for(olive)}
    compliance.set_retention({Retained.MESSAGES: years(3)}, **asks)
    compliance.set_retention({Retained.MESSAGES: years(10)}, actor=actor_for(cora))
    asked = Countersignature.objects.get()
    with pytest.raises(ChangedSince):
        countersignatures.grant(asked.pk, actor=actor_for(cora))
    assert queries.retention().messages_days == years(10)
    assert Countersignature.objects.get().decision == ""


def test_the_page_tells_each_class_and_asks_who_it_is_only_for_less(clinic, olive, cora):
    browser = browser_of(olive)
    page = text_of(browser.get("/settings/retention/"))
    assert "Rows of uploaded files that were left out" in page
    let_proof_grow_old(olive)
    more = browser.post("/settings/retention/", {**EVERY_PERIOD, "imports": "30"})
    assert (more.status_code, more.headers["Location"]) == (302, "/settings/retention/")
    less = browser.post(
        "/settings/retention/", {**EVERY_PERIOD, "imports": "30", "messages": "365"}
    )
    assert less.status_code == 403
    assert not Countersignature.objects.exists()
    fresh = browser_of(olive)
    form = {**EVERY_PERIOD, "imports": "30", "messages": "365", "reason": "State law"}
    assert fresh.post("/settings/retention/", form).status_code == 302
    page = text_of(fresh.get("/settings/retention/"))
    assert "A change waits for a second person." in page
    assert "Retention: messages from 6 years to 1 year" in text_of(
        browser_of(cora).get("/settings/requests/")
    )


def test_the_page_says_what_is_missing(clinic, olive, cora):
    browser = browser_of(olive)
    answer = browser.post("/settings/retention/", {**EVERY_PERIOD, "messages": "365"})
    assert answer.status_code == 422
    assert "Write why: it is kept, and read by whoever decides." in text_of(answer)


@pytest.mark.parametrize(
    ("role", "sees", "changes"), [("auditor", 200, 403), ("marketer", 403, 403)]
)
def test_only_who_sets_policy_changes_periods(clinic, role, sees, changes):
    browser = browser_of(make_member(clinic, role))
    assert browser.get("/settings/retention/").status_code == sees
    assert browser.post("/settings/retention/", EVERY_PERIOD).status_code == changes
    assert not RetentionSettings.objects.exists()
