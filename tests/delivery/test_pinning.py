"""Who may pin the servers of a domain, what loosens a pin, and what follows from one."""

from dataclasses import replace

import pytest
from django.db import connection

from accounts.models import Countersignature
from accounts.services import countersignatures
from accounts.services.countersignatures import NotAsked
from accounts.services.protection import ChangedSince
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from campaigns.forecast import Expectation
from compliance.facts import TransportLevel
from compliance.models import Alert, Policy
from compliance.protective import POLICY
from delivery.models import HostObservation, Message, MessageEvent, ServerPin
from delivery.services import pins
from delivery.services.forecasts import expected
from delivery.wire.door import HostFailure
from delivery.wire.levels import Level, PolicyType, TlsFailure
from delivery.wire.pins import Pin
from tenancy.scope import tenant_scope
from tests import fakes
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.browser import assert_accessible
from tests.compliance.reading import text_of
from tests.delivery.postures import learn
from tests.delivery.sending import due, send

PINS = "/reports/domains/pins/"
LAB = "lab.example"
TWO = ("*.host.example", "mx.lab.example")


@pytest.fixture
def olive(clinic):
    return make_member(clinic, "owner", "Olive Owner")


@pytest.fixture
def cora(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


def pin(*mx: str, by, reason: str = "They moved") -> bool:
    return pins.pin(LAB, mx, reason=reason, actor=actor_for(by))


def held() -> dict[str, Pin]:
    return pins.known([LAB])


def test_to_pin_and_to_pin_less_holds_at_once(clinic, olive):
    assert pin(*TWO, by=olive, reason="")
    assert held() == {LAB: Pin(TWO)}
    assert pin("mx1.host.example", by=olive, reason="")
    assert held() == {LAB: Pin(("mx1.host.example",))}
    events = AuditEvent.objects.filter(action="pin.changed").order_by("recorded_at")
    assert [event.detail for event in events] == [
        {"was": 0, "servers": 2}, {"was": 2, "servers": 1},
    ]  # fmt: skip


@pytest.mark.parametrize("wanted", [(), ("mx.else.example",), (*TWO, "mx.else.example")])
def test_more_servers_and_the_end_of_a_pin_wait_for_a_second_person(clinic, olive, cora, wanted):
    pin(*TWO, by=olive)
    assert not pin(*wanted, by=olive)
    assert held() == {LAB: Pin(TWO)}
    request = Countersignature.objects.get()
    countersignatures.grant(request.pk, actor=actor_for(cora))
    assert held() == ({LAB: Pin(wanted)} if wanted else {})
    event = AuditEvent.objects.filter(action="pin.changed").latest("recorded_at")
    assert event.actor_id == str(cora.pk)
    assert event.detail == {"was": 2, "servers": len(wanted), "asked_by": str(olive.pk)}


def test_nobody_loosens_alone_or_without_a_reason(clinic, olive):
    pin(*TWO, by=olive)
    with pytest.raises(NotAsked):
        pin(by=olive)
    make_member(clinic, "compliance_officer", "Cora Officer")
    with pytest.raises(NotAsked):
        pin(by=olive, reason=" ")
    assert held() == {LAB: Pin(TWO)}
    assert not Countersignature.objects.exists()


def test_what_was_changed_since_is_not_granted(clinic, olive, cora):
    pin(*TWO, by=olive)
    pin(by=olive)
    pin("mx.lab.example", by=cora)
    with pytest.raises(ChangedSince):
        countersignatures.grant(Countersignature.objects.get().pk, actor=actor_for(cora))
    assert held() == {LAB: Pin(("mx.lab.example",))}


def test_a_pin_is_sealed_and_of_one_workspace(clinic, other_clinic, olive):
    pin(*TWO, by=olive)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM delivery_serverpin t")
        row = cursor.fetchone()[0]
    assert b"lab".hex() not in row
    assert "lab" not in row
    assert "lab" not in str(AuditEvent.objects.get(action="pin.changed").detail)
    with tenant_scope(other_clinic.id):
        assert held() == {}


def test_the_worker_tells_the_wire(clinic, olive):
    pin(*TWO, by=olive)
    due("ada", domain=LAB)
    due("ben")
    transport = fakes.FakeTransport()
    send(transport)
    assert transport.pins == {"ada@lab.example": Pin(TWO), "ben@x.example": None}


def test_where_no_server_fits_mail_is_held_and_staff_told(clinic, olive, cora):
    failed = HostFailure("mx", TlsFailure.NOT_PINNED, policy=PolicyType.PIN)
    message = due("ada", domain=LAB)
    transport = fakes.FakeTransport({f"ada@{LAB}": replace(fakes.NO_TLS, failures=(failed,))})
    send(transport)
    message.refresh_from_db()
    assert (message.status, transport.handed_over) == (Message.Status.DEFERRED, {})
    assert MessageEvent.objects.get(message=message).detail["rule"] == "pin_failed"
    assert [alert.kind for alert in Alert.objects.all()] == ["pin"]
    assert HostObservation.objects.get().shown == "host-not-pinned"


def test_the_forecast_counts_on_a_pin_and_not_on_one_that_ended(clinic, olive, cora):
    learn(lab="T2", lake="T3")
    assert expected([LAB]) == {LAB: Expectation(TransportLevel.VERIFIED, was_safe=True)}
    pin(*TWO, by=olive)
    assert expected([LAB, "lake.example"]) == {
        LAB: Expectation(TransportLevel.PINNED, was_safe=True),
        "lake.example": Expectation(TransportLevel.MTA_STS, was_safe=True),
    }
    learn(lab="T2P")
    pin(by=olive)
    countersignatures.grant(Countersignature.objects.get().pk, actor=actor_for(cora))
    assert expected([LAB]) == {LAB: Expectation(TransportLevel.VERIFIED, was_safe=True)}


def test_what_is_stored_of_levels_means_what_it_meant():
    assert [level.value for level in Level] == [0, 1, 2, 5, 3, 4]
    assert [(level.value, level.name) for level in sorted(Level)][2:4] == [(2, "T2"), (5, "T2P")]
    assert [level.value for level in TransportLevel] == [level.value for level in Level]
    row = Policy(tenant_id=None, tls_floor=3)
    assert [each.label for each in POLICY.looser(row, {"tls_floor": 5})] == [
        "Protection of the way"
    ]
    assert POLICY.looser(Policy(tenant_id=None, tls_floor=5), {"tls_floor": 3}) == []


def test_the_page_pins_a_domain_that_nobody_wrote_to(clinic, olive):
    browser = browser_of(olive)
    sent = {"domain": "ada@LAB.example", "servers": "MX.lab.example.\n*.host.example", "reason": ""}
    assert browser.post(PINS, sent).status_code == 302
    assert held() == {LAB: Pin(TWO)}
    page = text_of(browser.get(PINS))
    assert "mx.lab.example" in page
    filled = browser.get(f"{PINS}?for={ServerPin.objects.get().pk}").content.decode()
    assert 'value="lab.example"' in filled


@pytest.mark.parametrize(
    "wrong",
    [
        {"servers": "*.*.host.example"}, {"servers": "https://host.example/"}, {"servers": "mx1"},
        {"domain": ".."}, {"servers": " ".join(f"mx{n}.host.example" for n in range(21))},
    ],
)  # fmt: skip
def test_the_page_takes_names_of_servers_only(clinic, olive, wrong):
    sent = {"domain": LAB, "servers": "mx.lab.example", "reason": ""} | wrong
    assert browser_of(olive).post(PINS, sent).status_code == 422
    assert not ServerPin.objects.exists()


def test_the_page_asks_who_it_is_for_less_and_not_for_more(clinic, olive, cora):
    browser = browser_of(olive)
    let_proof_grow_old(olive)
    sent = {"domain": LAB, "servers": "mx.lab.example", "reason": "They moved"}
    assert browser.post(PINS, sent).status_code == 302
    looser = sent | {"servers": ""}
    assert browser.post(PINS, looser).status_code == 403
    assert not Countersignature.objects.exists()
    assert browser_of(olive).post(PINS, looser).status_code == 302
    assert held() == {LAB: Pin(("mx.lab.example",))}
    page = text_of(browser_of(cora).get("/settings/requests/"))
    assert "Let mail to lab.example go to any mail server of the domain" in page


def test_others_read_and_change_nothing(clinic, olive):
    pin(*TWO, by=olive)
    browser = browser_of(make_member(clinic, "marketer", "Mia Marketer"))
    assert "Save the pin" not in text_of(browser.get(PINS))
    sent = {"domain": LAB, "servers": "", "reason": "x"}
    assert browser.post(PINS, sent).status_code == 403
    assert held() == {LAB: Pin(TWO)}


def test_the_page_of_a_domain_leads_to_its_pin(clinic, olive):
    ids = learn(lab="T2")
    detail, browser = f"/reports/domains/{ids[LAB]}/", browser_of(olive)
    assert "Pin its servers" in text_of(browser.get(detail))
    assert 'value="lab.example"' in browser.get(f"{PINS}?for={ids[LAB]}").content.decode()
    pin(*TWO, by=olive)
    assert "*.host.example, mx.lab.example" in text_of(browser.get(detail))
    assert browser.get(f"{PINS}?for=nothing").status_code == 200


@pytest.mark.browser
def test_the_page_is_accessible_in_either_theme_and_on_a_phone(clinic, olive, cora, open_as):
    pin(*TWO, by=olive)
    pin(by=olive)
    page = open_as(olive, PINS)
    page.get_by_label("Mail domain").fill("x.example")
    page.get_by_label("Its mail servers").fill("mx1")
    page.get_by_role("button", name="Save the pin").click()
    page.get_by_text("Write whole names, with their domain.").wait_for()
    assert_accessible(page)
    ids = learn(lab="T2P")
    assert_accessible(open_as(olive, f"/reports/domains/{ids[LAB]}/"))
