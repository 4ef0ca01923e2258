"""After three wrong dates of birth the page says whom to call, and asks nothing more."""

from django.conf import settings
from django.test import Client

from delivery.models import EscrowEvent, EscrowVisit
from tests.delivery.portal.test_pages import gate_of, mailed_code, page, prove
from tests.factories.delivery import make_item


def test_says_so_on_the_third(ada):
    item = make_item(ada, reason="unsafe_transport")
    browser = Client(headers={"host": settings.HOSTS["portal"], "accept": "text/html"})
    prove(browser, item)
    typed = {"code": mailed_code(item), "postal_code": "04101", "month": "3", "year": "1961"}
    shown = [page(browser.post(f"{gate_of(item)}/check", typed | {"day": day})) for day in "123"]
    assert ["Something doesn" in each for each in shown] == [True, True, False]
    assert "The date of birth was wrong three times." in shown[2]
    assert "The date of birth was wrong three times." in page(browser.get(f"{gate_of(item)}/check"))
    assert EscrowVisit.objects.get(item=item).checked_at is None
    assert EscrowEvent.objects.filter(item=item, kind="refused").count() == 3
