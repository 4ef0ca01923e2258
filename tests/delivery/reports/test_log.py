"""The message log and the stories of messages as each role sees them."""

import re
from datetime import timedelta

from delivery.models import Message, MessageEvent
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.delivery.reports.reading import SENT, TLS, page, report_of
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_item, make_message


def test_the_log_finds_messages_by_address_and_by_id(marketer, campaign):
    with tenant_scope(campaign.tenant_id):
        message = Message.objects.filter(cause_id=campaign.id).order_by("id").first()
    assert "All messages" in page(marketer.get("/reports/"))
    assert page(marketer.get("/messages/")).count("postbox.example") == 6
    for wanted in ("ada0@postbox.example", str(message.id), message.message_id):
        found = marketer.post("/messages/search/", {"q": wanted}).content.decode()
        assert re.findall(r"/messages/([0-9a-f-]{36})/", found) == [str(message.id)]
    oldest = {"q": "ada0@postbox.example", "before": message.id}
    for nobody in ({"q": "x@y.example"}, oldest):
        shown = page(marketer.post("/messages/search/", nobody))
        assert "No message to that address" in shown
    assert "x@y.example" not in page(marketer.get("/messages/", {"q": "x@y.example"}))


def test_the_log_is_narrowed_to_a_state_and_names_the_campaign(marketer, campaign):
    make_message(make_contact(), cause="notice", status="failed", route="plain", reason="refused")
    old = {"status": "failed", "reason": "refused", "route": ""}
    old["settled_at"] = clock.now() - timedelta(days=8)
    make_message(make_contact(email="old@postbox.example"), cause_id=campaign.id, **old)
    lengths = {"": 7, "attention": 2, "held": 1, "failed": 2, "uncertain": 0, "notices": 1}
    for state, length in lengths.items():
        shown = marketer.get(f"/messages/?state={state}").content.decode()
        assert len(re.findall(r"/messages/[0-9a-f-]{36}/", shown)) == length
        in_campaign = 0 if state == "notices" else length
        assert shown.count(f'href="/campaigns/{campaign.id}/"') == in_campaign
    assert "No message is in this state." in page(marketer.get("/messages/?state=uncertain"))
    assert marketer.get("/messages/?state=nonsense").status_code == 404


def test_the_number_on_home_leads_to_what_it_counts(marketer, campaign):
    shown = marketer.get("/").content.decode()
    assert re.search(r'href="/messages/\?state=attention">2</a>', shown)
    assert "2 held now, or failed or uncertain" in page(marketer.get("/messages/?state=attention"))


def test_a_story_leads_to_its_campaign_and_its_person(marketer, campaign, ada):
    message = make_message(ada, cause_id=campaign.id, **SENT)
    shown = marketer.get(f"/messages/{message.id}/").content.decode()
    assert f'<a href="/campaigns/{campaign.id}/">Mammogram reminder</a>' in shown
    assert f'href="/contacts/{ada.id}/"' in shown
    item = make_item(make_contact())
    notice = make_message(make_contact(), cause="notice", cause_id=item.id, **SENT)
    shown = marketer.get(f"/messages/{notice.id}/").content.decode()
    assert f'<a href="/messages/{item.message_id}/">Portal notice</a>' in shown


def test_a_story_shows_its_proof(marketer, ada):
    message = make_message(ada, **SENT)
    MessageEvent.objects.create(message=message, kind="accepted", detail=TLS)
    shown = page(marketer.get(f"/messages/{message.id}/"))
    assert "A••••• Q." in shown
    assert "Quennell" not in shown
    for said in ("TLS_AES_256_GCM_SHA384", "mx.postbox.example", "250 2.0.0 Ok", "ab12"):
        assert shown.count(said) == 2
    assert "Verified TLS: certificate and name of the server were checked" in shown


def test_a_portal_message_can_be_recalled(marketer, analyst, ada):
    item = make_item(ada)
    url = f"/messages/{item.message_id}/"
    assert "It never traveled by email" in page(marketer.get(url))
    assert analyst.post(f"{url}recall/").status_code == 403
    assert marketer.post(f"{url}recall/").headers["Location"] == url
    shown = page(marketer.get(url))
    assert "Recalled by staff. Its keys and text are erased from the portal." in shown
    assert "Recall this message?" not in shown


def test_another_tenants_message_is_not_found(marketer, other_clinic):
    with tenant_scope(other_clinic.id):
        campaign = make_campaign()
        message = make_message(make_contact(), cause_id=campaign.id)
    for path in (
        report_of(campaign),
        f"/campaigns/{campaign.id}/progress/",
        f"/messages/{message.id}/",
        f"/contacts/{message.contact_id}/messages/",
    ):
        assert marketer.get(path).status_code == 404
