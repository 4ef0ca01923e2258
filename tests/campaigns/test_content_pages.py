"""Writing, reading and previewing what a campaign says."""

import json
import re

import pytest

from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from campaigns.services import drafts
from contacts.models import Contact, Look
from contacts.services import looks
from tests.campaigns.drafting import make_campaign, text_of
from tests.factories.campaigns import CONTENT, MARKETER, next_visit

CHECKING = "Checking a message before it is sent"


def test_the_editor_saves_over_the_version_that_it_opened(busy_clinic, author):
    next_visit()
    campaign, page = make_campaign(author)
    assert "editor-values" in author.get(f"{page}content/").content.decode()
    posted = {"document": json.dumps(CONTENT), "version": campaign.version}
    answer = author.post(f"{page}content/save/", posted, headers={"accept": "application/json"})
    assert answer.json()["version"] == campaign.version + 1
    assert answer.json()["meter"] == "1 clinical, 1 limited"
    assert answer.json()["problems"] == []
    again = author.post(f"{page}content/save/", posted, headers={"accept": "application/json"})
    assert again.status_code == 412
    answer = author.post(f"{page}content/save/", posted, headers={"referer": "evil"})
    assert (answer.status_code, answer.url) == (302, f"{page}content/")
    broken = {"document": '{"blocks": [{"type": "script"}]}', "version": campaign.version + 1}
    answer = author.post(f"{page}content/save/", broken, headers={"accept": "application/json"})
    assert answer.status_code == 422
    plain = {"document": json.dumps(CONTENT), "version": campaign.version + 1}
    assert author.post(f"{page}content/save/", plain).status_code == 302


def test_a_mistake_in_the_content_hides_no_phi(busy_clinic, author):
    next_visit()
    campaign, page = make_campaign(author)
    wrong = CONTENT | {"preheader": "For {{ given_name }}, {{ favorite_color }}"}
    posted = {"document": json.dumps(wrong), "version": campaign.version}
    told = author.post(
        f"{page}content/save/", posted, headers={"accept": "application/json"}
    ).json()
    assert [one["severity"] for one in told["problems"]] == ["block"]
    assert (told["meter"], told["phi"]) == ("1 clinical, 1 limited", "phi")


def test_a_refusal_leads_back_to_the_editor_whatever_the_browser_says(busy_clinic, author):
    _, page = make_campaign(author)
    answer = author.post(f"{page}content/save/", {}, headers={"referer": "no-address"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{page}content/")


def test_the_content_is_only_read_by_who_may_not_change_it(busy_clinic, author, approver):
    campaign, page = make_campaign(author)
    opened = author.get(f"{page}content/")
    assert "<mail-editor" in opened.content.decode()
    read = approver.get(f"{page}content/")
    assert "Only to read: your role does not change it." in text_of(read)
    assert not re.search("<mail-editor|/content/save/", read.content.decode())
    assert "<mail-reading" in read.content.decode()
    answer = approver.post(f"{page}content/save/", {"document": "{}", "version": campaign.version})
    assert answer.status_code == 403


def test_the_content_of_what_is_given_up_is_only_read(busy_clinic, author):
    campaign, page = make_campaign(author)
    drafts.discard(campaign, actor=MARKETER)
    read = author.get(f"{page}content/")
    assert "Only to read: the campaign is canceled. Make a copy to go on." in text_of(read)
    assert "<mail-editor" not in read.content.decode()


def test_the_editor_says_what_is_wrong(busy_clinic, author):
    campaign, page = make_campaign(author)
    document = {"subject": "Your {{ provider }}", "preheader": "", "blocks": [
        {"id": "a", "type": "text", "text": "{{ nick }}"}]}  # fmt: skip
    answer = author.post(
        f"{page}content/save/",
        {"document": json.dumps(document), "version": campaign.version},
        headers={"accept": "application/json"},
    )
    problems = {(one["where"], one["severity"]) for one in answer.json()["problems"]}
    assert problems == {("subject", "block"), ("a", "block")}
    assert answer.json()["safe_subject"] == "A reminder from {{ organization }}"


def test_a_preview_is_masked_until_somebody_says_why(busy_clinic, author, client):
    _, page = make_campaign(author)
    masked = preview_in(author.get(f"{page}preview/"), client)
    assert "A•••••" in masked
    assert "Ada" not in masked
    shown = author.post(f"{page}preview/show/", {"n": "0", "reason": CHECKING})
    assert "Hello Ada" in preview_in(shown, client)
    event = AuditEvent.objects.get(action="contacts.previewed")
    assert event.detail["reason"] == CHECKING
    look = Look.objects.get()
    assert (str(look.contact_id), look.shown_until) == (event.detail["contact"], look.occurred_at)
    text = author.get(f"{page}preview/?view=text&n=1")
    assert "Elm Street Clinic, 1 Elm Street" in preview_in(text, client)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"reason": ""},
        {"reason": "Checking the greeting"},
        {"reason": "other", "note": "  abc"},
        {"reason": CHECKING, "note": "x" * 201},
    ],
)
def test_a_preview_takes_no_reason_that_the_person_page_would_not(
    busy_clinic, author, client, said
):
    _, page = make_campaign(author)
    refused = author.post(f"{page}preview/show/", {"n": "0", **said})
    assert refused.status_code == 422
    assert "Ada" not in preview_in(refused, client)
    assert '<dialog-opener target="show" now>' in refused.content.decode()
    assert not AuditEvent.objects.filter(action="contacts.previewed").exists()
    assert not Look.objects.exists()


def test_previews_count_among_the_looks_of_an_hour(busy_clinic, author, marketer, client):
    _, page = make_campaign(author)
    for _ in range(looks.MOST_REVEALS - 1):
        looks.look_once(Contact.objects.latest("pk"), actor=actor_for(marketer))
    said = {"n": "0", "reason": "other", "note": "A letter came back"}
    assert "Hello Ada" in preview_in(author.post(f"{page}preview/show/", said), client)
    refused = author.post(f"{page}preview/show/", said)
    assert refused.status_code == 422
    assert "You have looked at 60 people within an hour." in text_of(refused)
    assert "Ada" not in preview_in(refused, client)
    event = AuditEvent.objects.get(action="contacts.previewed")
    assert event.detail["reason"] == "A letter came back"


def preview_in(page, client):
    url = re.search(r'src="http://preview[^/]*(/[^"]*)"', page.content.decode())[1]
    answer = client.get(url, headers={"host": "preview.localhost"})
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    return answer.content.decode()


def test_a_preview_link_is_worth_nothing_altered(busy_clinic, author, client):
    _, page = make_campaign(author)
    html = author.get(f"{page}preview/").content.decode()
    url = re.search(r'src="http://preview[^/]*(/[^"]*)"', html)[1]
    assert Contact.objects.first().identity["given_name"] not in url
    answer = client.get(f"{url[:-4]}AAA/", headers={"host": "preview.localhost"})
    assert answer.status_code == 404
