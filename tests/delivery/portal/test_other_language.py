"""The links to the other language, on pages that a form led to."""

import pytest
from django.conf import settings
from django.test import Client

from delivery.escrow import keys
from delivery.models import EscrowItem
from tests.delivery.portal.test_pages import enter, gate_of, page
from tests.factories.delivery import make_item


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada)


@pytest.fixture
def browser(item) -> Client:
    client = Client(headers={"host": settings.HOSTS["portal"]})
    enter(client, item)
    return client


def test_who_has_signed_out_reads_so_in_the_other_language(browser, item):
    browser.post(f"{gate_of(item)}/leave")
    assert "La sesión está cerrada" in page(browser.get(f"{gate_of(item)}/leave?lang=es"))


@pytest.mark.parametrize("path", ["plain", "file", "leave"])
def test_a_page_that_a_form_opened_leads_back_to_the_message(browser, item, path):
    typed = {"access_key": keys.to_groups(item.notice_link_key)}
    browser.post(f"{gate_of(item)}/plain", typed)
    answer = browser.get(f"{gate_of(item)}/{path}?lang=es", follow=True)
    assert answer.redirect_chain == [(f"{gate_of(item)}/message", 302)]
    assert "Abrir el mensaje" in page(answer)
