"""Whose openings and clicks are counted: nobody's whose mail tells of care, and nobody's who said no."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.test import Client

from audit.models import AuditEvent
from campaigns.binding import document_of, hash_of
from campaigns.models import Campaign
from campaigns.queries import approvals, writing
from campaigns.services import sending
from compliance import queries as compliance
from compliance.facts import Sensitivity
from compliance.models import Policy
from contacts import tokens
from contacts.models import Activity, Contact
from delivery.models import LinkTable, Reaction
from delivery.tracking import tokens as tracking
from tenancy import clock
from tests.delivery.conftest import PEM
from tests.delivery.sending import freeze
from tests.delivery.test_campaign_sending import send
from tests.factories.campaigns import MARKETER, approved_campaign
from tests.factories.compliance import sign_with
from tests.factories.contacts import make_contact
from tests.fakes import FakeTransport

LINK = "https://www.elm.example/plan"
CONTENT = {
    "subject": "A reminder from {{ organization }}",
    "preheader": "",
    "blocks": [{"id": "b1", "type": "button", "label": "Plan", "link": LINK}],
}
COUNTED = re.compile(r"https?://links\.localhost[^/]*/c/([A-Za-z0-9_-]{72})/0")
DOT = re.compile(r"https?://links\.localhost[^/]*/o/[A-Za-z0-9_-]{72}\.gif")


def sent_to(contact: Contact, *, up_to: Sensitivity) -> tuple[str, str]:
    """HTML and text of what leaves to the person, under that policy."""
    Policy.objects.update_or_create(defaults={"counting_up_to": up_to})
    campaign = approved_campaign(content=CONTENT, counts_clicks=True, counts_opens=True)
    sign_with(campaign.sender.domain, PEM)
    sending.send_now(campaign, actor=MARKETER)
    transport = FakeTransport()
    with clock.at(clock.now() + timedelta(seconds=61)):
        freeze()
        send(transport)
    (letter,) = transport.handed_over["ada@harbourmail.example"]
    parsed = message_from_bytes(letter, policy=policy.default)
    return tuple(parsed.get_body((kind,)).get_content() for kind in ("html", "plain"))


def test_mail_to_a_patient_is_counted_only_if_the_policy_says_so(clinic):
    html, text = sent_to(make_contact(), up_to=Sensitivity.S0)
    assert not COUNTED.search(html + text)
    assert not DOT.search(html)
    assert LINK in html
    assert LINK in text


def test_where_it_may_be_counted_links_lead_over_us_and_the_patients_own_do_not(clinic):
    html, text = sent_to(make_contact(), up_to=Sensitivity.S1)
    token = COUNTED.search(html)[1]
    assert COUNTED.search(text)[1] == token
    assert DOT.search(html)
    assert LINK not in html + text
    mark = tracking.check(token)
    assert mark.reference.hex() == LinkTable.objects.get().reference
    assert LinkTable.objects.get().targets == [LINK]
    own = re.findall(r'href="https?://[^"]*localhost[^/]*/(\w)/', html)
    assert set(own) >= {"c", "p", "u"}


def test_who_said_no_is_not_counted_whatever_the_policy_says(clinic):
    ada = make_contact()
    Contact.objects.update(refuses_counting=True)
    html, text = sent_to(ada, up_to=Sensitivity.S2)
    assert not COUNTED.search(html + text)
    assert not DOT.search(html)


def test_a_person_says_no_on_the_preference_page_and_takes_it_back(clinic):
    ada = make_contact()
    page = f"/p/{tokens.make(tokens.PREFERENCES, ada.pk)}"
    phone = Client(headers={"host": settings.HOSTS["links"]})
    assert "Do not track me" in phone.get(page).content.decode()
    kept = {"topic": ["visits", "checkups", "bills"], "how": "email"}
    phone.post(page, {**kept, "uncounted": "1"})
    assert Contact.objects.get().refuses_counting
    assert 'name="uncounted" value="1" checked' in phone.get(page).content.decode()
    phone.post(page, {**kept, "lang": "es"})
    assert not Contact.objects.get().refuses_counting
    events = AuditEvent.objects.filter(action="contact.counting_chosen").order_by("recorded_at")
    assert [event.detail["refuses_counting"] for event in events] == [True, False]


def test_no_also_holds_for_mail_that_has_left(ask, token, drain):
    """Positive control: the link before it is counted."""
    ask(f"/c/{token}/0")
    drain()
    Contact.objects.update(refuses_counting=True)
    assert ask(f"/c/{token}/1").status == "302 Found"
    drain()
    assert list(Reaction.objects.values_list("link", flat=True)) == [0]
    assert Activity.objects.count() == 1


@pytest.mark.parametrize("field", ["counts_clicks", "counts_opens"])
def test_what_is_counted_is_part_of_what_is_approved(clinic, field):
    campaign = approved_campaign()
    assert approvals.in_force(campaign) is not None
    setattr(campaign, field, not getattr(campaign, field))
    assert _hash(campaign) != campaign.content_hash


def test_an_approval_does_not_cover_a_policy_that_counts_more(clinic):
    campaign = approved_campaign()
    assert _hash(campaign) == campaign.content_hash
    Policy.objects.update_or_create(defaults={"counting_up_to": Sensitivity.S2})
    assert _hash(campaign) != campaign.content_hash
    assert approvals.in_force(Campaign.objects.get()) is None


def _hash(campaign: Campaign) -> str:
    plain = writing.letterhead(counts_clicks=False, counts_opens=False)
    return hash_of(document_of(campaign, plain, compliance.policy()))
