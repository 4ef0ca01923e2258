"""Every setting that protects knows which change protects less; that one needs two people."""

from datetime import time
from ipaddress import ip_network

import pytest

from accounts.models import Countersignature, SecuritySettings
from accounts.protective import groups
from accounts.services import countersignatures
from accounts.services.countersignatures import NotAsked
from accounts.services.sign_in import actor_for
from accounts.sign_in_settings import NETWORKS, SIGN_IN
from audit.models import AuditEvent
from compliance import services as compliance
from compliance.models import Policy
from compliance.protective import POLICY, REVIEWS
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.compliance.reading import text_of

BOOKKEEPING = {"id", "tenant", "version", "changed_at", "due_at", "reminded_at"}
PASSKEYS = {"factors": {"marketer": ["passkey"]}}
STRICT = {
    "approval_mode": "second_person",
    "tls_floor": "3",
    "tls_floor_limited": "3",
    "fallback_care": "portal",
    "fallback_promotion": "portal",
    "hold_hours": "4",
    "portal_from": "2",
    "portal_expiry_days": "14",
    "portal_fact": "birth_date",
    "portal_phone": "phone",
    "must_arrive_hours": "72",
    "must_arrive_step_hours": "24",
    "counting_up_to": "0",
    "frequency_cap": "4",
    "frequency_window_days": "7",
}


def test_every_field_protects_or_is_said_to_protect_nothing():
    tables = {group.model for group in groups()}
    assert {Policy, SecuritySettings} < tables
    for table in tables:
        fields = {field.name for field in table._meta.local_fields}
        those = [group for group in groups() if group.model is table]
        said = [name for group in those for name in [*group.fields, *group.neutral]]
        assert sorted(said) == sorted(fields - BOOKKEEPING)


@pytest.mark.parametrize(
    ("group", "tight", "loose", "label"),
    [
        (SIGN_IN, {}, {"idle_minutes": 16}, "Sign-out when idle"),
        (SIGN_IN, {}, {"absolute_hours": 13}, "Longest session"),
        (SIGN_IN, PASSKEYS, {"factors": {"admin": ["passkey"]}}, "Passkeys only"),
        (SIGN_IN, {}, {"ends_keys_of_leavers": False}, "API keys end with whoever leaves"),
        (NETWORKS, {"ip_allow_list": [ip_network("10.0.0.0/8")]}, {"ip_allow_list": []},
         "Listed networks"),
        (REVIEWS, {}, {"every_days": 31}, "Interval"),
    ],
)  # fmt: skip
def test_the_same_holds_for_sign_in_and_reviews(group, tight, loose, label):
    row = group.model(tenant_id=None, **tight)
    assert [setting.label for setting in group.looser(row, loose)] == [label]
    stays = {field: getattr(row, field) for field in loose}
    assert group.looser(row, stays) == []


@pytest.mark.parametrize(
    ("holds", "wanted", "label"),
    [
        ({}, {"approval_mode": "self_attestation"}, "Approval"),
        ({"tls_floor": 3}, {"tls_floor": 2}, "Protection of the way"),
        (
            {"tls_floor_limited": 4},
            {"tls_floor_limited": 3},
            "Protection of the way without health details",
        ),
        (
            {"portal_domains": ["a.example", "b.example"]},
            {"portal_domains": ["b.example"]},
            "Providers whose mail goes to the portal",
        ),
        ({}, {"honors_unprotected": True}, "Requests for unprotected email count"),
        ({"portal_from": 1}, {"portal_from": 2}, "Always by the secure portal"),
        ({}, {"portal_expiry_days": 31}, "Portal messages stay"),
        ({}, {"counting_up_to": 1}, "Openings and clicks"),
        ({}, {"may_operate_without_opt_in": True}, "Own services without opt-in"),
        ({}, {"frequency_cap": 5}, "Cap for each person"),
        ({}, {"frequency_cap": None}, "Cap for each person"),
        ({}, {"frequency_window_days": 6}, "The cap counts over"),
        ({"quiet_from": time(21), "quiet_until": time(8)}, {"quiet_until": time(7)}, "Quiet hours"),
        (
            {"quiet_from": time(21), "quiet_until": time(8)},
            {"quiet_from": None, "quiet_until": None},
            "Quiet hours",
        ),
    ],
)
def test_one_direction_protects_less_and_the_other_does_not(holds, wanted, label):
    row = Policy(tenant_id=None, **holds)
    assert [setting.label for setting in POLICY.looser(row, wanted)] == [label]
    back = {field: getattr(row, field) for field in wanted}
    looser_row = Policy(tenant_id=None, **{**holds, **wanted})
    assert POLICY.looser(looser_row, back) == []


def test_no_codes_by_phone_or_to_another_field_waits_and_to_begin_does_not():
    changes = {("phone", "none"): 1, ("phone", "mobile_phone"): 1, ("none", "phone"): 0}
    for (was, wanted), waits in changes.items():
        row = Policy(tenant_id=None, portal_phone=was)
        labels = [setting.label for setting in POLICY.looser(row, {"portal_phone": wanted})]
        assert labels == ["Codes by phone"] * waits


def test_a_policy_that_protects_less_waits(clinic):
    olive = make_member(clinic, "owner", "Olive Owner")
    cora = make_member(clinic, "compliance_officer", "Cora Officer")
    wanted = {"tls_floor": 3, "quiet_from": time(21), "quiet_until": time(8)}
    assert compliance.set_policy(wanted, actor=actor_for(olive))
    less = {"tls_floor": 2, "quiet_until": time(7), "portal_expiry_days": 14}
    assert not compliance.set_policy(less, reason="Night clinic", actor=actor_for(olive))
    policy = Policy.objects.get()
    assert (policy.tls_floor, policy.quiet_until, policy.portal_expiry_days) == (3, time(8), 14)

    countersignatures.grant(Countersignature.objects.get().pk, actor=actor_for(cora))

    policy.refresh_from_db()
    assert (policy.tls_floor, policy.quiet_until, policy.portal_expiry_days) == (2, time(7), 14)
    event = AuditEvent.objects.filter(action="policy.changed").latest("recorded_at")
    assert event.detail == {
        "changed": {
            "tls_floor": {"was": 3, "is": 2},
            "quiet_until": {"was": "08:00:00", "is": "07:00:00"},
        },
        "reason": "Night clinic",
        "asked_by": str(olive.id),
        "asked_by_name": "Olive Owner",
    }


def test_who_works_alone_may_choose_to_approve_the_own_campaigns_and_nothing_else(clinic):
    olive = make_member(clinic, "owner", "Olive Owner")
    alone = {"approval_mode": "self_attestation"}
    with pytest.raises(NotAsked, match="Write why"):
        compliance.set_policy(alone, actor=actor_for(olive))
    with pytest.raises(NotAsked, match="Nobody else"):
        compliance.set_policy(
            {**alone, "portal_expiry_days": 60}, reason="I", actor=actor_for(olive)
        )
    assert Policy.objects.get_or_create()[0].approval_mode == "second_person"

    assert compliance.set_policy(alone, reason="A practice of one", actor=actor_for(olive))

    assert Policy.objects.get().approval_mode == "self_attestation"
    event = AuditEvent.objects.get(action="policy.changed")
    assert event.detail == {
        "changed": {"approval_mode": {"was": "second_person", "is": "self_attestation"}},
        "reason": "A practice of one",
    }


def test_with_a_second_person_it_waits_for_them(clinic):
    olive = make_member(clinic, "owner", "Olive Owner")
    make_member(clinic, "compliance_officer", "Cora Officer")
    wanted = {"approval_mode": "self_attestation"}
    assert not compliance.set_policy(wanted, reason="Faster", actor=actor_for(olive))
    assert Policy.objects.get().approval_mode == "second_person"


def test_the_page_asks_who_it_is_for_less_and_not_for_more(clinic):
    olive = make_member(clinic, "owner", "Olive Owner")
    cora = make_member(clinic, "compliance_officer", "Cora Officer")
    browser = browser_of(olive)
    let_proof_grow_old(olive)
    assert browser.post("/compliance/policy/", STRICT).status_code == 302
    looser = {**STRICT, "tls_floor": "2", "reason": "Small practices"}
    assert browser.post("/compliance/policy/", looser).status_code == 403
    assert not Countersignature.objects.exists()
    assert browser_of(olive).post("/compliance/policy/", looser).status_code == 302
    page = text_of(browser_of(cora).get("/settings/requests/"))
    assert (
        "Policy: protection of the way from Verified TLS that the recipient's domain promises"
        " to Verified TLS" in page.replace("&#x27;", "'")
    )
