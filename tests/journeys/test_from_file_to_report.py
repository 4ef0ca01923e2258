"""One campaign from a file of people to what became of it, by the real services and servers."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from audit.models import AuditEvent
from campaigns.models import Campaign
from campaigns.recipes import recipes
from campaigns.services import approvals, drafts
from compliance.models import Suppression
from contacts.models import Activity, Contact
from contacts.services.consent import stop_everything
from delivery import sandbox_inbox
from delivery.models import EscrowItem, Message
from segments import services as segments
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.contacts.test_import import imported
from tests.delivery.reports.reading import page
from tests.factories.campaigns import MARKETER, OFFICER
from tests.factories.contacts import PAPER

HEADINGS = "MRN,PatFirst,PatLast,E-Mail,DOB,Postal code,Sex,Last mammogram"
PEOPLE = {
    "ada": "EV-1,Ada,Quennell,ada@harbourmail.example,03/04/1961,04101,female,01/15/2022",
    "bea": "EV-2,Bea,Sorrel,bea@plainmail.example,07/09/1968,04102,female,02/15/2022",
    "cyd": "EV-3,Cyd,Vance,gone.cyd@lakepost.example,05/01/1959,04103,female,03/15/2022",
    "eve": "EV-4,Eve,Muñoz,eve@greymail.example,05/02/1964,04104,female,04/15/2022",
    "fay": "EV-5,Fay,Birch,fay@postbox.example,05/03/1966,04105,female,05/15/2022",
    "gil": "EV-6,Gil,Rask,gil@postbox.example,05/03/1966,04105,male,",
}
OVERDUE = {
    "match": "all",
    "rules": [
        {
            "field": "attribute.last_mammogram",
            "operator": "longer_ago_than",
            "amount": 2,
            "unit": "years",
        }
    ],
}


def person(number: int) -> Contact:
    (found,) = [
        each for each in Contact.objects.all() if each.identity["external_id"] == f"EV-{number}"
    ]
    return found


def campaign_message(contact: Contact) -> Message:
    return Message.objects.get(contact=contact, cause=Message.Cause.CAMPAIGN)


@pytest.fixture
def begun(open_clinic, nurse) -> Campaign:
    """Imported, chosen, written, submitted, and approved by somebody else."""
    data = "\n".join([HEADINGS, *PEOPLE.values()]).encode()
    assert imported(data, nurse).counts["created"] == 6
    stop_everything(person(5), evidence=PAPER, actor=nurse)
    segment = segments.create(name="Mammogram overdue", rule=OVERDUE, actor=MARKETER)
    campaign = drafts.create_from_recipe(recipes()["screening"], actor=MARKETER)
    assert campaign.segment == segment
    campaign = drafts.change(
        campaign, {"remuneration": "none"}, version=campaign.version, actor=MARKETER
    )
    asked = approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    return approvals.approve(asked, content_hash=asked.content_hash, actor=OFFICER)


def letters_to(mailboxes, address: str) -> list[sandbox_inbox.Letter]:
    return [
        sandbox_inbox.letter(mailboxes, each.domain, each.name)
        for each in sandbox_inbox.arrivals(mailboxes, wanted=address)
    ]


def test_every_person_gets_the_protection_that_their_mailbox_can_prove(
    begun, mailboxes, pass_time, clinic
):
    pass_time(begun.send_at, range(31))
    begun.refresh_from_db()
    assert begun.status == Campaign.Status.SENT
    outcomes = {number: campaign_message(person(number)) for number in (1, 2, 3, 4, 5)}
    assert {n: (m.status, m.route, m.reason) for n, m in outcomes.items()} == {
        1: ("sent", "tls", ""),
        2: ("escrowed", "portal", "unsafe_transport"),
        3: ("failed", "tls", "no_such_address"),
        4: ("sent", "tls", ""),
        5: ("skipped", "", "opted_out"),
    }
    assert not Message.objects.filter(contact=person(6)).exists()
    (letter,) = letters_to(mailboxes, "ada@harbourmail.example")
    assert (letter.arrival.tls_version, "Hello Ada" in letter.html) == ("TLSv1.3", True)
    (notice,) = letters_to(mailboxes, "bea@plainmail.example")
    assert notice.arrival.tls_version == ""
    assert "check-up" not in notice.html + notice.text + notice.subject
    suppression = Suppression.objects.get()
    assert (suppression.address, suppression.reason) == ("gone.cyd@lakepost.example", "bounced")

    officer = browser_of(make_member(clinic, "compliance_officer", "Priya Castellane"))
    shown = page(officer.get(f"/campaigns/{begun.id}/report/"))
    assert "In the segment 5 Allowed to receive it 4 80.0 % Handed over 3 75.0 %" in shown
    assert "The mailbox does not exist. 1" in shown
    story = page(officer.get(f"/messages/{outcomes[2].id}/"))
    assert "The server offers no TLS." in story
    assert "Sealed in the secure portal. The way to the mailbox is not safe enough." in story
    proof = page(officer.get(f"/messages/{outcomes[4].id}/"))
    assert "The server says: try later." in proof
    assert "Proof of encryption Verified TLS" in proof
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {
        "agreement.countersigned", "domain.verified", "import.ended", "segment.created",
        "campaign.created", "campaign.submitted", "campaign.approved", "messages.recorded",
        "suppression.added", "message.story_viewed",
    } <= actions  # fmt: skip


def test_a_portal_message_is_read_from_the_link_in_the_mail(begun, mailboxes, pass_time):
    now = pass_time(begun.send_at, range(13))
    bea = person(2)
    (notice,) = letters_to(mailboxes, "bea@plainmail.example")
    link = re.search(r"http://\S+?(/m/[^?#]+)", notice.text).group(1)
    access_key = " ".join(re.findall(r"\b[0-9A-Z]{4}\b", notice.text)[-13:])
    browser = Client(headers={"host": settings.HOSTS["portal"]})
    with clock.at(now):
        assert browser.post(link, {"access_key": access_key}).status_code == 302
    now = pass_time(now, range(2))
    (code,) = [
        re.search(r"\d{4} \d{4}", each.text).group()
        for each in letters_to(mailboxes, "bea@plainmail.example")
        if each.subject.startswith("Your code")
    ]
    known = {"code": code, "month": "7", "day": "9", "year": "1968"}
    with clock.at(now):
        refused = browser.post(f"{link}/check", known)
        assert refused.status_code == 422  # an unsafe wire asks for both facts
        accepted = browser.post(f"{link}/check", known | {"postal_code": "04102"})
        assert accepted.headers["Location"] == f"{link}/message"
        shown = browser.post(f"{link}/plain", {"access_key": access_key}).content.decode()
    assert "Hello Bea" in shown
    item = EscrowItem.objects.get(contact=bea)
    assert (item.status, item.notice_link_key) == ("read", None)
    assert Activity.objects.get(contact=bea, kind=Activity.Kind.READ).cause_id == begun.id


def test_who_stops_all_mail_before_the_next_try_gets_none(begun, mailboxes, pass_time):
    pass_time(begun.send_at, range(1))
    message = campaign_message(person(4))
    assert message.status == "deferred"
    with clock.at(begun.send_at + timedelta(minutes=1)):
        stop_everything(person(4), evidence=PAPER, actor=MARKETER)
    pass_time(begun.send_at, range(2, 31))
    message.refresh_from_db()
    assert (message.status, message.reason) == ("skipped", "opted_out")
    assert letters_to(mailboxes, "eve@greymail.example") == []
