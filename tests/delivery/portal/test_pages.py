"""The portal in a browser: a GET changes nothing, and every refusal looks the same."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from compliance.models import Suppression
from delivery.escrow import answers, keys, notices
from delivery.escrow import services as escrow
from delivery.models import EscrowCode, EscrowEvent, EscrowItem, EscrowVisit
from delivery.portal import pace
from delivery.portal.links import link_to, token_of
from tenancy import clock
from tests.factories.delivery import make_item

RIGHT = {"month": "3", "day": "4", "year": "1961"}


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": settings.HOSTS["portal"]})


def gate_of(item: EscrowItem) -> str:
    return f"/m/{token_of(item.id)}"


def prove(browser: Client, item: EscrowItem):
    shown = keys.proof(item.notice_link_key, item.id).hex()
    return browser.post(gate_of(item), {"proof": shown})


def mailed_code(item: EscrowItem) -> str:
    code = EscrowCode.objects.get(visit__item=item, spent_at=None)
    digits = re.search(r"\d{4} \d{4}", notices.compose(code.id).text).group()
    answers.settle_code(code.id, left_verified=True)
    return digits


def enter(browser: Client, item: EscrowItem) -> None:
    prove(browser, item)
    answer = browser.post(f"{gate_of(item)}/check", RIGHT | {"code": mailed_code(item)})
    assert answer.headers["Location"] == f"{gate_of(item)}/message"


def page(answer) -> str:
    return answer.content.decode()


def title_and_heading(answer) -> tuple[str, str]:
    title, heading = re.search(
        r"<title>(.*?)</title>.*?<h1>(.*?)</h1>", page(answer), re.S
    ).groups()
    return title, heading


def test_each_title_says_where_one_is_and_nothing_of_the_message(browser, item):
    gate = gate_of(item)
    seen = [title_and_heading(browser.get(gate))]
    enter(browser, item)
    opened = [f"{gate}/check", f"{gate}/message", f"{gate}/not-me"]
    seen += [title_and_heading(browser.get(path)) for path in opened]
    assert [title for title, _ in seen] == [
        "Secure message: begin, step 1 of 2",
        "Secure message: show that it is you, step 2 of 2 · Elm Street Clinic",
        "Secure message: opened · Elm Street Clinic",
        "Secure message: not for you",
    ]
    assert all(heading not in title for title, heading in seen)
    assert "Your visit" not in "".join(title for title, _ in seen)


def test_link_code_and_birth_date_lead_to_the_message(browser, item):
    answer = prove(browser, item)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{gate_of(item)}/check")
    asked = page(browser.get(f"{gate_of(item)}/check"))
    assert "Elm Street Clinic" in asked
    assert "a•••••@postbox.example" in asked
    enter(browser, item)
    shown = browser.get(f"{gate_of(item)}/message")
    assert shown.headers["Cache-Control"] == "no-store"
    assert "At 10:20" not in page(shown)
    assert browser.get(f"{gate_of(item)}/sealed").json()["place"]["itemId"] == str(item.id)
    assert EscrowItem.objects.get(pk=item.pk).status == "waiting"


def test_a_scanner_that_opens_every_link_changes_nothing(browser, item):
    for _ in range(2):
        for path in ("", "/check", "/code", "/not-me", "/message", "/sealed", "/frame", "/leave"):
            browser.get(gate_of(item) + path)
            browser.head(gate_of(item) + path)
    assert not EscrowVisit.objects.exists()
    assert not EscrowEvent.objects.exists()
    assert EscrowItem.objects.get(pk=item.pk).status == "waiting"


def test_unknown_expired_recalled_and_wrong_look_the_same(browser, ada, nurse):
    known, recalled, expired = make_item(ada), make_item(ada), make_item(ada)
    links = [(known, b"x" * 32), (recalled, None), (expired, None)]
    proofs = [shown or keys.proof(each.notice_link_key, each.id) for each, shown in links]
    escrow.revoke(recalled, actor=nurse)
    EscrowItem.objects.filter(pk=expired.pk).update(expires_at=clock.now() - timedelta(days=1))
    paths = [gate_of(each) for each, _ in links]
    paths += [f"/m/{token_of(uuid4())}", "/m/never-ours"]
    seen = {
        (answer.status_code, page(answer))
        for path, shown in zip(paths, [*proofs, b"", b""], strict=True)
        for answer in [browser.post(path, {"proof": shown.hex()})]
    }
    assert len(seen) == 1
    status, shown = seen.pop()
    assert status == 404
    assert "Open the link in the email again" in shown
    assert "Elm Street" not in shown


def test_the_gate_names_no_clinic_and_no_item_is_told_from_another(browser, item):
    gates = [page(browser.get(path)) for path in (gate_of(item), f"/m/{token_of(uuid4())}")]
    blank = [re.sub(r'item-id="[^"]+"|value="\w{64}"', "", gate) for gate in gates]
    assert blank[0] == blank[1]
    assert "Elm Street" not in gates[0]


def test_wrong_answers_count_down_and_keep_the_page(browser, item):
    prove(browser, item)
    mailed_code(item)
    answer = browser.post(f"{gate_of(item)}/check", RIGHT | {"code": "0000 0000"})
    assert answer.status_code == 422
    assert "Tries left with this code: 4" in page(answer)
    assert browser.get(f"{gate_of(item)}/message").headers["Location"].endswith("/check")
    assert browser.get(f"{gate_of(item)}/sealed").status_code == 403


def test_another_browser_is_signed_out(browser, item):
    enter(browser, item)
    stranger = Client(headers={"host": settings.HOSTS["portal"]})
    for path in ("/check", "/message", "/sealed", "/frame"):
        answer = stranger.get(gate_of(item) + path)
        assert answer.status_code == 403
        assert "You are signed out" in page(answer)


def test_a_wrong_answer_is_written_into_no_page(browser, item):
    prove(browser, item)
    wrong = {"code": mailed_code(item), "month": "3", "day": "17", "year": "1963"}
    for headers in ({}, {"Accept": "application/json"}):
        answer = browser.post(f"{gate_of(item)}/check", wrong, headers=headers)
        assert answer.status_code == 422
        assert "Something doesn" in page(answer)
        assert not any(f'"{text}"' in page(answer) for text in ("17", "1963", wrong["code"]))
    assert answer.json().keys() == {"problem"}


def test_without_script_the_typed_key_opens_the_text(browser, item):
    typed = keys.to_groups(item.notice_link_key)
    assert browser.post(gate_of(item), {"access_key": typed, "proof": ""}).status_code == 302
    browser.post(f"{gate_of(item)}/check", RIGHT | {"code": mailed_code(item)})
    shown = page(browser.post(f"{gate_of(item)}/plain", {"access_key": typed}))
    assert "<h1>Your visit</h1>" in shown
    assert "At 10:20" in shown
    assert EscrowItem.objects.get(pk=item.pk).status == "read"


def test_spanish_by_choice_by_person_and_by_browser(browser, ada):
    item = make_item(ada, language="es")
    assert "Le espera un mensaje" in page(browser.get(gate_of(item) + "?lang=es"))
    assert "Le espera un mensaje" in page(browser.get(gate_of(item)))
    other = Client(headers={"host": settings.HOSTS["portal"], "accept-language": "en"})
    prove(other, item)
    asked = page(other.get(f"{gate_of(item)}/check"))
    assert "Su fecha de nacimiento" in asked
    assert asked.index("Día") < asked.index("Mes")


def test_the_first_page_speaks_the_language_of_the_link_until_another_is_chosen(browser, ada):
    item = make_item(ada, language="es")
    link = link_to(item.id, item.notice_link_key, language="es").split("#")[0]
    path = link.removeprefix(settings.ORIGINS["portal"])
    english = {"headers": {"accept-language": "en"}}
    shown = page(browser.get(path, **english))
    assert '<html lang="es">' in shown
    assert "Le espera un mensaje" in shown
    refused = page(browser.post(path, {"proof": "00"}, **english))
    assert "Este mensaje no se puede abrir" in refused
    browser.get(f"{path}&lang=en", **english)
    assert "A message waits for you" in page(browser.get(path, **english))


def test_following_the_link_again_goes_on_with_the_visit(browser, item):
    first = prove(browser, item).cookies["__Host-sealpost_visit"].value
    again = prove(browser, item)
    assert again.headers["Location"] == f"{gate_of(item)}/check"
    assert again.cookies["__Host-sealpost_visit"].value == first
    browser.post(f"{gate_of(item)}/check", RIGHT | {"code": mailed_code(item)})
    assert prove(browser, item).headers["Location"] == f"{gate_of(item)}/message"
    assert (EscrowVisit.objects.count(), EscrowCode.objects.count()) == (1, 1)


def test_a_visit_that_slept_too_long_is_begun_anew(browser, item):
    enter(browser, item)
    with clock.at(clock.now() + timedelta(minutes=16)):
        answer = prove(browser, item)
    assert answer.headers["Location"] == f"{gate_of(item)}/check"
    assert (EscrowVisit.objects.count(), EscrowCode.objects.count()) == (2, 2)


def test_a_visit_does_not_open_another_item(browser, ada, item):
    enter(browser, item)
    other = make_item(ada)
    browser.post(gate_of(other), {"proof": "00" * 32})
    assert EscrowVisit.objects.get().item_id == item.id
    assert prove(browser, other).headers["Location"] == f"{gate_of(other)}/check"


def test_a_new_code_is_asked_for_by_a_form_that_leads_back(browser, item):
    prove(browser, item)
    answer = browser.post(f"{gate_of(item)}/code")
    assert answer.headers["Location"] == f"{gate_of(item)}/check?said=code_sent"
    assert "A new code is on its way" in page(browser.get(answer.headers["Location"]))
    for _ in range(5):
        answer = browser.post(f"{gate_of(item)}/code")
    assert answer.headers["Location"] == f"{gate_of(item)}/check?said=too_many_codes"
    shown = browser.get(answer.headers["Location"])
    assert shown.status_code == 200
    assert 'role="alert"' in page(shown)


def test_somebody_else_can_close_it(browser, item):
    prove(browser, item)
    assert "not for you" in page(browser.get(f"{gate_of(item)}/not-me"))
    assert not Suppression.objects.exists()
    assert "Thank you" in page(browser.post(f"{gate_of(item)}/not-me"))
    assert EscrowItem.objects.get(pk=item.pk).status == "wrong_person"
    assert Suppression.objects.get().reason == "wrong_person"


def test_leaving_takes_the_cookie_along(browser, item):
    enter(browser, item)
    answer = browser.post(f"{gate_of(item)}/leave")
    assert "You are signed out" in page(answer)
    assert answer.cookies["__Host-sealpost_visit"]["max-age"] == 0
    assert browser.get(f"{gate_of(item)}/message").status_code == 403


def test_the_visits_cookie_is_of_this_host_and_out_of_reach_of_scripts(browser, item):
    cookie = prove(browser, item).cookies["__Host-sealpost_visit"]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Strict", "")


def test_the_frame_runs_nothing_and_loads_nothing_from_outside(browser, item):
    enter(browser, item)
    policy = browser.get(f"{gate_of(item)}/frame").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


def miss(browser, address, times):
    for _ in range(times):
        browser.post("/m/" + token_of(uuid4()), {"proof": "00"}, REMOTE_ADDR=address)


def comes_in(browser, item, address):
    shown = keys.proof(item.notice_link_key, item.id).hex()
    return browser.post(gate_of(item), {"proof": shown}, REMOTE_ADDR=address).status_code


def test_one_address_cannot_try_links_for_ever(browser, item):
    miss(browser, "2001:db8:1:2::9", pace.MISSES_PER_ADDRESS.capacity)
    assert comes_in(browser, item, "2001:db8:1:2::9") == 404
    assert not EscrowVisit.objects.exists()
    assert comes_in(browser, item, "2001:db8:1:2::77") == 302


@pytest.mark.parametrize("network", ["203.0.113.{}", "2001:db8:1:3::{}"])
def test_nor_can_a_network_with_many_addresses(browser, item, network):
    miss(browser, network.format(1), pace.MISSES_PER_NETWORK.capacity // 2)
    miss(browser, network.format(2), pace.MISSES_PER_NETWORK.capacity // 2)
    assert comes_in(browser, item, network.format(3)) == 404
    assert not EscrowVisit.objects.exists()
    assert comes_in(browser, item, "2001:db8:1:4::3") == 302
