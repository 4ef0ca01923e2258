"""What patients meet at the end of a workspace: their messages until the last day, then nothing."""

import pytest
from django.conf import settings
from django.test import Client

from compliance.models import Ending
from compliance.services import destruction, ending
from delivery.models import EscrowItem
from tenancy import clock
from tenancy.scope import platform_scope
from tests.delivery.portal.test_pages import enter, gate_of
from tests.factories.compliance import OPERATOR, OWNER
from tests.factories.delivery import make_item


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


def portal() -> Client:
    return Client(headers={"host": settings.HOSTS["portal"]})


def test_a_link_opens_until_the_destruction_and_then_is_like_any_broken_one(clinic, item):
    asked = Ending(asker_kind="user", asked_by=OWNER.id, asked_by_name=OWNER.name, reason="x")
    destroy_at = ending.decide(asked, decided_by=OPERATOR).destroy_at
    ending.stop()
    gate, browser = gate_of(item), portal()
    enter(browser, item)
    opened = browser.get(f"{gate}/message")
    assert "Secure message: opened" in opened.content.decode()

    with clock.at(destroy_at):
        destruction.work_on(clinic.pk)
    with platform_scope():
        for client, path in ((browser, "/message"), (portal(), "")):
            answer, broken = client.get(f"{gate}{path}"), client.get(f"{gate[:-4]}AAAA{path}")
            assert answer.status_code == broken.status_code
            assert "Secure message: opened" not in answer.content.decode()
            assert "Elm Street Clinic" not in answer.content.decode()
