"""The whole life of any message is rebuilt from the evidence export alone, and equals the database's."""

from datetime import timedelta

from campaigns.models import Campaign
from campaigns.services import sending
from contacts import services as contacts
from delivery import worker
from delivery.drafters import DRAFTERS
from delivery.escrow import reading
from delivery.escrow import services as escrow
from delivery.models import EscrowItem, Message
from delivery.queries import due
from delivery.services import announcement, closing, lease, recovery, unsubscribing
from tenancy import clock
from tests.audit.exports import export, verdict
from tests.delivery import lives
from tests.delivery.escrow.test_reading import receipt_of
from tests.delivery.escrow.test_visits import begin
from tests.delivery.sending import freeze
from tests.factories.campaigns import MARKETER
from tests.factories.contacts import PAPER, make_contact
from tests.fakes import GREYLISTED, NO_ANSWER, NO_TLS, UNKNOWN_USER, FakeTransport

OUTCOMES = {
    "dan@x.example": UNKNOWN_USER,
    "eve@x.example": GREYLISTED,
    "fay@x.example": NO_ANSWER,
    "gil@x.example": NO_TLS,
}
STORIES = {
    "ada": ("sent", ["accepted", "unsubscribed"]),
    "ben": ("skipped", []),
    "cyd": ("escrowed", ["escrowed"]),
    "dan": ("failed", ["failed"]),
    "eve": ("sent", ["deferred", "accepted"]),
    "fay": ("sent", ["uncertain", "accepted"]),
    "gil": ("escrowed", ["unsafe", "unsafe", "escrowed"]),
    "hal": ("escrowed", ["escrowed"]),
}


def people(nurse):
    found = {
        name: make_contact(external_id=name, email=f"{name}@x.example", given_name=name.title())
        for name in ("ada", "ben", "cyd", "dan", "eve", "fay", "gil", "hal")
    }
    contacts.stop_everything(found["ben"], evidence=PAPER, actor=nurse)
    for name in ("cyd", "hal"):
        contacts.choose_route(found[name], prefers_portal=True, actor=nurse)
    return found


def send_at(moment, transport):
    with clock.at(moment):
        while worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns):
            pass


def read_in_the_portal(contact):
    item = EscrowItem.objects.get(contact=contact)
    receipt = receipt_of(item)
    visit, _ = begin(item)
    visit.checked_at = clock.now()
    visit.save(update_fields=["checked_at"])
    reading.confirm_read(visit, receipt)
    return item


def compare(path):
    told_messages, told_items = lives.from_export(path)
    assert told_messages == lives.of_messages()
    known = lives.of_items()
    for life in (*told_items.values(), *known.values()):
        life.kinds.sort()
    assert told_items == known


def test_every_life_is_told(campaign, nurse, tmp_path, capsys):
    them = people(nurse)
    freeze()
    start = clock.now()
    frozen = Message.objects.get(contact=them["cyd"])
    assert frozen.status == "queued"
    transport = FakeTransport(OUTCOMES)
    with clock.at(start):
        worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns)
        read_in_the_portal(them["cyd"])
        escrow.revoke(EscrowItem.objects.get(contact=them["hal"]), actor=nurse)
    for hours in (1, 6, 30, 80):
        send_at(start + timedelta(hours=hours), FakeTransport({"gil@x.example": NO_TLS}))
    sent = Message.objects.get(contact=them["ada"], cause="campaign")
    unsubscribing.unsubscribe(sent.pk, evidence=PAPER)
    path = export(tmp_path / "export.zip", nurse)
    assert verdict(capsys, path)[0] == 0
    compare(path)
    told, _ = lives.from_export(path)
    by_name = {
        name: told[str(Message.objects.get(contact=contact, cause="campaign").pk)]
        for name, contact in them.items()
    }
    assert {name: (life.status, life.kinds) for name, life in by_name.items()} == STORIES


def test_the_life_of_what_was_canceled_is_told(campaign, nurse, tmp_path):
    make_contact()
    freeze()
    sending.cancel(Campaign.objects.get(), actor=MARKETER)
    closing.close_over()
    path = export(tmp_path / "export.zip", nurse)
    compare(path)
    assert [life.kinds for life in lives.from_export(path)[0].values()] == [["canceled"]]


def test_the_life_of_what_a_dead_worker_held_is_told(campaign, nurse, tmp_path):
    make_contact()
    make_contact(external_id="ben", email="ben@x.example")
    freeze()
    held = lease.claim(10, stopped=())
    announcement.announce([held.messages[0].id], token=held.token, stopped=())
    with clock.at(clock.now() + timedelta(hours=1)):
        assert recovery.recover_expired() == (1, 1)
        path = export(tmp_path / "export.zip", nurse)
    compare(path)
    assert sorted(life.kinds for life in lives.from_export(path)[0].values()) == [[], ["uncertain"]]
