"""Choosing a passphrase in the portal: with script the words stay in the browser."""

import pytest
from django.conf import settings
from django.test import Client

from delivery.escrow import passphrases
from delivery.models import EscrowItem, PortalPassphrase
from tests.browser import assert_accessible, violations
from tests.delivery.portal.test_browser import answer, path_of
from tests.delivery.portal.test_pages import enter, gate_of, mailed_code, page, prove
from tests.factories.delivery import make_item

WORDS = "Green heron, nine stones"


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


@pytest.fixture
def browser(item) -> Client:
    client = Client(headers={"host": settings.HOSTS["portal"]})
    enter(client, item)
    return client


def test_without_script_the_words_are_taken_once(browser, item):
    address = f"{gate_of(item)}/passphrase"
    assert address in page(browser.get(f"{gate_of(item)}/message"))
    kept = browser.post(address, {"passphrase": WORDS, "stretched": ""})
    assert "Your passphrase is set." in page(browser.get(kept.headers["Location"]))
    chosen = PortalPassphrase.objects.get()
    assert chosen.stretched == passphrases.stretch(WORDS, bytes(chosen.salt))
    assert f'{address}"' not in page(browser.get(f"{gate_of(item)}/message"))
    again = browser.post(address, {"passphrase": "quite another one"})
    assert again.headers["Location"] == f"{gate_of(item)}/message"
    assert PortalPassphrase.objects.get() == chosen


def test_without_script_it_is_ended_by_typing_it_again(browser, item):
    browser.post(f"{gate_of(item)}/passphrase", {"passphrase": WORDS, "stretched": ""})
    address = f"{gate_of(item)}/passphrase/end"
    assert address in page(browser.get(f"{gate_of(item)}/message"))
    wrong = browser.post(address, {"passphrase": "something else, quite"})
    assert (wrong.status_code, "This is not your passphrase." in page(wrong)) == (422, True)
    assert browser.post(address, {"passphrase_proof": "zz"}).status_code == 422
    assert PortalPassphrase.objects.get().ended_at is None
    ended = browser.post(address, {"passphrase": WORDS})
    assert "Your passphrase has ended." in page(browser.get(ended.headers["Location"]))
    assert PortalPassphrase.objects.get().ended_at is not None
    assert address not in page(browser.get(f"{gate_of(item)}/message"))
    assert browser.get(address).headers["Location"] == f"{gate_of(item)}/message"


@pytest.mark.parametrize(
    "sent",
    [
        {"passphrase": "short"},
        {"stretched": "zz", "salt": "00" * 16},
        {"stretched": "00" * 32, "salt": "00"},
    ],
)
def test_what_does_not_fit_is_refused_in_words(browser, item, sent):
    refused = browser.post(f"{gate_of(item)}/passphrase", sent)
    assert refused.status_code == 422
    assert "Use 10 to 200 letters and numbers." in page(refused)
    assert not PortalPassphrase.objects.exists()


def test_nobody_chooses_before_the_check(ada):
    other, stranger = make_item(ada), Client(headers={"host": settings.HOSTS["portal"]})
    address = f"{gate_of(other)}/passphrase"
    assert stranger.post(address, {"passphrase": WORDS}).status_code == 403
    prove(stranger, other)
    for ask in (stranger.get, stranger.post):
        assert ask(address, {"passphrase": WORDS}).headers["Location"].endswith("/message")
    assert not PortalPassphrase.objects.exists()


@pytest.mark.browser
def test_in_a_browser_the_words_stay_there_and_open_the_next_message(open_page, ada, item):
    sent = []
    tab = open_page(path_of(item), host="portal")
    tab.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    tab.get_by_role("button", name="Continue").click()
    answer(tab, item)
    tab.get_by_role("link", name="Choose a passphrase of your own").click()
    tab.wait_for_url("**/passphrase")  # and for its script, without which the words are sent
    tab.get_by_label("Your passphrase").fill("too short")
    tab.get_by_role("button", name="Use this passphrase").click()
    tab.get_by_text(
        "Use 10 to 200 letters and numbers. Spaces do not count.", exact=True
    ).wait_for()
    assert_accessible(tab)
    tab.get_by_label("Your passphrase").fill(WORDS)
    tab.get_by_role("button", name="Use this passphrase").click()
    tab.get_by_text("Messages from now on open with it and a code.").wait_for()
    later = make_item(ada, subject="Your result")
    tab.goto(f"{tab.url.partition('/m/')[0]}{path_of(later)}")
    tab.get_by_role("button", name="Continue").click()
    tab.get_by_label("Code we sent").fill(mailed_code(later))
    tab.get_by_label("Your passphrase").fill(WORDS.lower())
    tab.get_by_role("button", name="Read the message").click()
    tab.get_by_role("heading", name="Your result").wait_for()
    tab.get_by_role("link", name="End the passphrase that you chose").click()
    tab.wait_for_url("**/passphrase/end")
    assert_accessible(tab)
    tab.get_by_label("Your passphrase").fill(WORDS)
    tab.get_by_role("button", name="End my passphrase").click()
    tab.get_by_text("Your passphrase has ended. Later messages open without it.").wait_for()
    tab.wait_for_load_state("networkidle")
    assert PortalPassphrase.objects.get().ended_at is not None
    assert not any("heron" in request.lower() for request in sent)
    assert EscrowItem.objects.get(pk=later.pk).status == "read"
    assert violations(tab) == []
