"""The pages do what they say, for who may; another tenant's campaign does not exist."""

import pytest

from campaigns import models
from campaigns.models import Approval, Brand, Campaign, Template
from campaigns.services import drafts, sending
from campaigns.services import templates as template_services
from tenancy import clock
from tenancy.models import SystemMail
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member
from tests.campaigns.drafting import make_campaign, text_of
from tests.factories.campaigns import CONTENT, MARKETER, segment


def test_from_home_to_sent(busy_clinic, author, approver):
    campaign, page = make_campaign(author)
    assert "Who receives" not in text_of(author.get(page))
    count = text_of(author.get(f"{page}count/"))
    assert "In the segment 3" in count
    assert "The person has died." in count
    assert "Will receive it 2" in count
    author.post(f"{page}submit/", {"version": campaign.version})
    review = approver.get(f"{page}review/")
    assert "Approve and send" in text_of(review)
    asked = Approval.objects.get()
    answer = approver.post(f"{page}approve/", {"content_hash": asked.content_hash}, follow=True)
    assert "It goes out in" in text_of(answer)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SCHEDULED
    author.post(f"{page}take-back/")
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.APPROVED
    assert "Send now" in text_of(author.get(page))


def test_says_what_is_missing_and_where_to_get_it(clinic, author):
    answer = author.get("/campaigns/new/")
    assert "Sign the agreement first" in text_of(answer)
    _, page = make_campaign(author)
    words = text_of(author.get(page))
    assert "A business associate agreement must be in force" in words
    assert "Choose who receives it." in words
    answer = author.post(f"{page}submit/", {"version": 1}, follow=True)
    assert "A business associate agreement must be in force" in text_of(answer)
    assert Approval.objects.count() == 0


def test_a_row_is_changed_in_place(busy_clinic, author):
    campaign, page = make_campaign(author)
    other = segment("Somebody else")
    assert "Somebody else" in text_of(author.get(f"{page}?edit=audience"))
    answer = author.post(
        f"{page}change/audience/", {"segment": str(other.pk), "version": campaign.version}
    )
    assert answer.status_code == 302
    campaign.refresh_from_db()
    assert campaign.segment == other
    late = {"subject": "Other", "preheader": "", "version": 1}
    answer = author.post(f"{page}change/subject/", late)
    assert answer.status_code == 422
    assert "Somebody else saved this" in text_of(answer)
    planned = {"start": "at_time", "planned_at": "", "version": campaign.version}
    answer = author.post(f"{page}change/timing/", planned)
    assert "Choose the day and time." in text_of(answer)
    past = {"start": "at_time", "planned_at": "2020-01-02T10:00", "version": campaign.version}
    answer = author.post(f"{page}change/timing/", past)
    assert answer.status_code == 422
    assert "This time has passed. Choose one in the future." in text_of(answer)
    campaign.refresh_from_db()
    assert campaign.planned_at is None


@pytest.mark.parametrize(
    ("row", "values", "stored"),
    [
        ("name", {"name": "Winter"}, {"name": "Winter"}),
        ("purpose", {"purpose": "refill", "remuneration": "none"}, {"purpose": "refill"}),
        (
            "protection",
            {"protection": "portal", "label": "2"},
            {"protection": "portal", "label": 2},
        ),
        ("counting", {"counts_opens": "on"}, {"counts_clicks": False, "counts_opens": True}),
        ("timing", {"start": "by_hand"}, {"start": "by_hand", "planned_at": None}),
    ],
)
def test_every_row_saves(busy_clinic, author, row, values, stored):
    campaign, page = make_campaign(author)
    assert author.get(f"{page}?edit={row}").status_code == 200
    answer = author.post(f"{page}change/{row}/", {**values, "version": campaign.version})
    assert answer.status_code == 302
    campaign.refresh_from_db()
    assert {key: getattr(campaign, key) for key in stored} == stored


def test_a_draft_is_renamed_in_a_row_that_is_there_only_then(busy_clinic, author):
    campaign, page = make_campaign(author)
    assert 'name="name"' not in author.get(page).content.decode()
    opened = author.get(f"{page}?edit=name").content.decode()
    assert f'value="{campaign.name}"' in opened
    assert opened.count('name="name"') == 1
    refused = author.post(f"{page}change/name/", {"name": " ", "version": campaign.version})
    assert refused.status_code == 422
    assert 'name="name"' in refused.content.decode()
    author.post(f"{page}change/name/", {"name": "Winter", "version": campaign.version})
    assert "Winter" in text_of(author.get(page))


def test_a_test_goes_to_colleagues_only(busy_clinic, author, marketer):
    campaign, page = make_campaign(author)
    author.post(f"{page}test/")
    test = models.TestSend.objects.get()
    assert test.to == marketer.email
    assert test.content == campaign.content
    author.post(f"{page}test/", {"to": "0193c0de-0000-7000-8000-000000000000"})
    assert models.TestSend.objects.count() == 1


def test_who_wrote_it_learns_that_it_was_sent_back_and_why(busy_clinic, author, approver, marketer):
    campaign, page = make_campaign(author)
    author.post(f"{page}submit/", {"version": campaign.version})
    approver.post(f"{page}refuse/", {"reason": "Leave out the dose."})
    (mail,) = SystemMail.objects.filter(kind="campaign_sent_back")
    assert mail.to == marketer.email
    assert mail.context["link"].endswith(page)
    assert not {"Leave out the dose.", campaign.name} & set(mail.context.values())
    home = text_of(author.get("/"))
    assert f"{campaign.name} was sent back Priya Castellane: Leave out the dose." in home
    assert "was sent back" not in text_of(approver.get("/"))
    for shown in (page, "/campaigns/"):
        assert "Sent back" in text_of(author.get(shown))
    author.post(f"{page}submit/", {"version": campaign.version})
    assert "was sent back" not in text_of(author.get("/"))
    assert "Sent back" not in text_of(author.get("/campaigns/"))


def test_a_check_on_the_review_leads_to_the_row_of_the_campaign(busy_clinic, author, approver):
    campaign, page = make_campaign(author)
    author.post(f"{page}submit/", {"version": campaign.version})
    other = drafts.duplicate(campaign, actor=MARKETER)
    Campaign.objects.filter(pk=other.pk).update(
        status="sent", send_at=clock.now(), content_hash="ab"
    )
    shown = approver.get(f"{page}review/").content.decode()
    assert "Another campaign goes out on the same day." in shown
    assert f'<a href="{page}#timing">Show</a>' in shown


def test_an_author_cannot_approve(busy_clinic, author, approver):
    campaign, page = make_campaign(author)
    author.post(f"{page}submit/", {"version": campaign.version})
    assert "Approve and send" not in text_of(author.get(f"{page}review/"))
    assert author.post(f"{page}approve/").status_code == 403
    answer = approver.post(f"{page}refuse/", {"reason": "Shorten it."})
    assert answer.status_code == 302
    assert "Shorten it." in text_of(author.get(page))
    assert approver.post(f"{page}refuse/", {"reason": ""}).status_code == 422


def test_pause_and_cancel_are_where_it_is_watched(busy_clinic, author, approver):
    campaign, page = make_campaign(author)
    author.post(f"{page}submit/", {"version": campaign.version})
    content_hash = Approval.objects.get().content_hash
    approver.post(f"{page}approve/", {"content_hash": content_hash})
    watch = f'href="{page}live/"'
    assert watch in author.get(page).content.decode()
    scheduled = author.get(f"{page}live/")
    assert "It goes out in" in text_of(scheduled)
    assert watch not in scheduled.content.decode()
    Campaign.objects.update(send_at="2026-01-01T00:00Z")
    assert sending.begin(campaign)
    assert watch not in author.get(f"{page}live/").content.decode()
    assert "Pause" in text_of(author.get(f"{page}live/"))
    assert author.get(f"{page}live/?was=sending").status_code == 204
    assert author.post(f"{page}pause/")["Location"] == f"{page}live/"
    assert "Paused" in text_of(author.get(f"{page}live/?was=sending"))
    assert "Nothing more is handed over" in text_of(author.get(f"{page}live/"))
    author.post(f"{page}resume/")
    author.post(f"{page}cancel/")
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.CANCELED


def test_templates_are_made_renamed_used_and_archived(busy_clinic, author):
    answer = author.post("/templates/new/billing/")
    template = Template.objects.get()
    assert answer["Location"] == f"/templates/{template.pk}/"
    assert author.get(answer["Location"]).status_code == 200
    assert author.get(f"/templates/{template.pk}/preview/").status_code == 200
    author.post(f"/templates/{template.pk}/rename/", {"name": "Bill", "purpose": "payment"})
    assert "Bill" in text_of(author.get("/templates/"))
    author.post(f"/campaigns/new/{template.pk}/")
    assert Campaign.objects.get().name == "Bill"
    author.post(f"/templates/{template.pk}/archive/")
    assert "Bill" not in text_of(author.get("/templates/"))


def test_the_brand_is_on_every_message(clinic, author):
    assert author.post("/templates/brand/", {"postal_address": ""}).status_code == 422
    posted = {"postal_address": "1 Elm Street", "websites": "https://www.elm.example/\n"}
    assert author.post("/templates/brand/", posted).status_code == 302
    assert Brand.objects.get().websites == ["www.elm.example"]
    answer = author.post("/templates/brand/", {**posted, "websites": "not a host"})
    assert "is not the name of a website" in text_of(answer)


PAGES = ["", "content/", "preview/", "review/", "live/", "schedule/"]


def test_another_tenants_campaign_is_not_found(busy_clinic, author, other_clinic):
    with tenant_scope(other_clinic.id):
        theirs = drafts.create_blank(name="Theirs", purpose="appointment", actor=MARKETER)
        template = template_services.create(
            name="Theirs", purpose="appointment", document=CONTENT, actor=MARKETER
        )
    for page in [*PAGES, "count/"]:
        assert author.get(f"/campaigns/{theirs.pk}/{page}").status_code == 404
    for act in ("duplicate", "discard", "submit", "send", "pause", "test", "withdraw"):
        assert author.post(f"/campaigns/{theirs.pk}/{act}/").status_code == 404
    assert author.get(f"/templates/{template.pk}/").status_code == 404


@pytest.mark.parametrize("role", ["owner", "admin", "analyst", "compliance_officer", "auditor"])
def test_each_role_sees_the_list_and_who_may_write(busy_clinic, clinic, author, role):
    _, page = make_campaign(author)
    browser = browser_of(make_member(clinic, role, "Somebody Else"))
    assert browser.get("/campaigns/").status_code == 200
    assert browser.get(page).status_code == 200
    assert browser.get("/templates/").status_code == 200
    expected = 302 if role == "owner" else 403
    assert browser.post("/campaigns/new/survey/").status_code == expected
