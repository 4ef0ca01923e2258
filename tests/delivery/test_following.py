"""A counted link leads where its author said, and what is noted is about one act."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from contacts.models import Activity
from delivery import unsubscribe
from tenancy import clock
from tests.factories.delivery import make_campaign, make_message

BUTTONS = {
    "subject": "News",
    "preheader": "",
    "blocks": [
        {"id": "a", "type": "button", "label": "One", "link": "https://www.elm.example/one?a=1"},
        {"id": "b", "type": "button", "label": "Two", "link": "https://www.elm.example/two"},
    ],
}


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": settings.HOSTS["links"]})


@pytest.fixture
def token(ada) -> str:
    campaign = make_campaign(purpose="marketing", content=BUTTONS)
    return unsubscribe.signer().token(make_message(ada, cause_id=campaign.id).id)


def kinds() -> list[str]:
    return list(Activity.objects.order_by("occurred_at").values_list("kind", flat=True))


def test_a_link_leads_on_and_is_noted_once_for_one_act(browser, token):
    for _ in range(3):
        answer = browser.get(f"/c/{token}/0")
        assert answer.status_code == 302
        assert answer["Location"] == "https://www.elm.example/one?a=1"
    assert kinds() == ["clicked"]
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert browser.get(f"/c/{token}/1")["Location"] == "https://www.elm.example/two"
    assert kinds() == ["clicked", "clicked"]


def test_a_look_at_the_head_is_not_a_click(browser, token):
    assert browser.head(f"/c/{token}/0").status_code == 302
    assert kinds() == []


@pytest.mark.parametrize("change", ["{0}/2", "{0}x/0", "AAAA{0}/0", "{1}/0"])
def test_leads_nowhere_else(browser, token, change):
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert browser.get(f"/c/{change.format(token, altered)}").status_code == 404
    assert kinds() == []


def test_an_opening_is_noted_and_every_dot_looks_the_same(browser, token):
    known, unknown = browser.get(f"/o/{token}.gif"), browser.get("/o/AAAA.gif")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known["Content-Type"] == "image/gif"
    assert kinds() == ["opened"]
