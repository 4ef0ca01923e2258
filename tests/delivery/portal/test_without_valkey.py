"""While Valkey is away, guesses count: in the database, and in each process."""

import pytest
from django.conf import settings
from django.test import Client, override_settings

from delivery.models import EscrowEvent, EscrowItem, EscrowVisit
from delivery.portal import pace
from tenancy import token_bucket
from tests.delivery.portal.test_pages import RIGHT, comes_in, gate_of, mailed_code, miss, prove
from tests.factories.delivery import make_item

NOWHERE = "unix:///nowhere/v.sock"


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada)


@pytest.fixture
def browser(monkeypatch) -> Client:
    token_bucket._valkey.cache_clear()
    monkeypatch.setattr(token_bucket, "_alone_until", 0.0)
    caches = {"default": settings.CACHES["default"] | {"LOCATION": NOWHERE}}
    with override_settings(VALKEY_URL=NOWHERE, CACHES=caches):
        yield Client(headers={"host": settings.HOSTS["portal"]})
    token_bucket._valkey.cache_clear()


def test_a_wrong_answer_counts_and_a_right_one_opens(browser, item):
    prove(browser, item)
    code = mailed_code(item)
    wrong = browser.post(f"{gate_of(item)}/check", RIGHT | {"code": code, "year": "1900"})
    assert wrong.status_code == 422
    assert EscrowEvent.objects.filter(item=item, kind="refused").count() == 1
    assert browser.post(f"{gate_of(item)}/check", RIGHT | {"code": code}).status_code == 302


def test_links_are_not_tried_for_ever(browser, item):
    miss(browser, "2001:db8:9:2::9", pace.MISSES_PER_ADDRESS.capacity)
    assert comes_in(browser, item, "2001:db8:9:2::9") == 404
    assert not EscrowVisit.objects.exists()
    assert comes_in(browser, item, "2001:db8:9:2::77") == 302
