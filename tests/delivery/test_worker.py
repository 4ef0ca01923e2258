from datetime import timedelta
from email import message_from_bytes, policy
from uuid import UUID

import pytest

from audit.models import AuditEvent
from compliance.facts import Outcome, Reason
from compliance.models import Suppression
from contacts.models import Activity
from delivery import slices, worker
from delivery.handover import SESSIONS
from delivery.models import EscrowItem, Message, MessageEvent
from delivery.routes import STRICT, RouteFacts, decide
from delivery.services import recovery
from tenancy import clock, versions
from tenancy.keyring import KeysSwitchedOff
from tests import fakes
from tests.delivery.sending import Drafter, due, send

Status, MailClass = Message.Status, Message.MailClass
BY_PORTAL = STRICT.facts.verdict._replace(outcome=Outcome.PORTAL, reasons=(Reason.PREFERS_PORTAL,))
PREFERS_PORTAL = decide(RouteFacts(BY_PORTAL))


def events(message: Message) -> list[str]:
    rows = MessageEvent.objects.filter(message=message).order_by("occurred_at", "id")
    return list(rows.values_list("kind", flat=True))


def test_sends_what_is_due_and_records_how_it_went(clinic):
    message = due("ada")
    transport = fakes.FakeTransport()
    assert send(transport) == 1
    message.refresh_from_db()
    assert (message.status, message.route, message.tls_version) == (Status.SENT, "tls", "TLSv1.3")
    assert (message.attempts, message.lease_token) == (1, None)
    assert message.settled_at is not None
    event = MessageEvent.objects.get(message=message)
    assert (event.kind, event.detail["level"]) == ("accepted", "T2")
    assert event.detail["recipient"] == "ada@x.example"
    assert Activity.objects.get(contact=message.contact).kind == Activity.Kind.SENT
    recorded = AuditEvent.objects.get(action="messages.recorded")
    assert recorded.detail["counts"] == {"sent": 1}
    assert dict(zip(recorded.detail["columns"], recorded.detail["messages"][0], strict=True)) == {
        "id": str(message.id),
        "status": "sent",
        "reason": "",
        "route": "tls",
        "tls_version": "TLSv1.3",
        "kind": "accepted",
    }


def test_the_letter_is_whole(clinic):
    message = due("ada")
    transport = fakes.FakeTransport()
    send(transport)
    (letter,) = transport.handed_over["ada@x.example"]
    parsed = message_from_bytes(letter, policy=policy.default)
    assert (parsed["From"], parsed["To"]) == ("Elm <hello@elm.example>", "ada@x.example")
    assert parsed["Message-ID"] == message.message_id
    assert parsed.get_body(("plain",)).get_content().strip() == "Dear ada"
    assert parsed.get_body(("html",)).get_content().strip() == "<p>Hi</p>"


def test_nothing_is_due_before_its_time(clinic):
    message = due("ada", due_at=clock.now() + timedelta(minutes=1))
    transport = fakes.FakeTransport()
    assert send(transport) == 0
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert send(transport) == 1
    assert list(transport.handed_over) == ["ada@x.example"]
    message.refresh_from_db()
    assert message.status == Status.SENT


def test_an_unknown_address_is_suppressed_and_never_tried_again(clinic):
    message = due("gone")
    send(fakes.FakeTransport({"gone@x.example": fakes.UNKNOWN_USER}))
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "no_such_address")
    suppression = Suppression.objects.get()
    assert (suppression.address, suppression.reason) == ("gone@x.example", "bounced")
    assert Activity.objects.get().kind == Activity.Kind.BOUNCED


def test_a_greylisted_message_goes_a_little_later(clinic):
    message = due("ada")
    send(fakes.FakeTransport({"ada@x.example": fakes.GREYLISTED}))
    message.refresh_from_db()
    assert message.status == Status.DEFERRED
    wait = message.due_at - clock.now()
    assert timedelta(minutes=4) < wait <= timedelta(minutes=6)
    with clock.at(message.due_at):
        send(fakes.FakeTransport())
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.SENT, 2)
    assert events(message) == ["deferred", "accepted"]
    assert not Suppression.objects.exists()


def test_a_server_without_tls_gets_nothing_and_the_portal_takes_over(clinic):
    message = due("ada")
    transport = fakes.FakeTransport({"ada@x.example": fakes.NO_TLS})
    send(transport)
    message.refresh_from_db()
    assert message.status == Status.DEFERRED
    with clock.at(message.due_at):
        send(transport)
    message.refresh_from_db()
    assert (message.status, message.route) == (Status.ESCROWED, "portal")
    assert message.reason == "unsafe_transport"
    assert transport.handed_over == {}
    assert events(message) == ["unsafe", "escrowed"]
    item = EscrowItem.objects.get(message=message)
    notice = Message.objects.get(cause=Message.Cause.NOTICE)
    assert (notice.cause_id, notice.status) == (item.id, Status.QUEUED)


def test_a_domain_that_cannot_be_reached_is_not_called_busy(clinic):
    message = due("ada", first_tried_at=clock.now() - timedelta(hours=96))
    send(fakes.FakeTransport({"ada@x.example": fakes.UNREACHABLE}))
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "no_connection")
    (event,) = MessageEvent.objects.filter(message=message)
    assert event.detail["meaning"] == "no_connection"


def test_a_test_without_verified_tls_fails_and_says_so(clinic):
    message = due("ada", cause=Message.Cause.TEST, mail_class=MailClass.CODE)
    transport = fakes.FakeTransport({"ada@x.example": fakes.NO_TLS})
    send(transport)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "tls_failed")
    assert MessageEvent.objects.get(message=message).detail["failure"] == "starttls-not-supported"
    assert transport.handed_over == {}
    assert not EscrowItem.objects.exists()


def test_what_the_gate_sends_to_the_portal_never_sees_the_wire(clinic):
    message = due("ada")
    transport = fakes.FakeTransport()
    send(transport, drafter=Drafter(PREFERS_PORTAL))
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.ESCROWED, "prefers_portal")
    assert transport.required == {}


def test_bulk_mail_without_an_answer_stays_uncertain(clinic):
    message = due("ada", mail_class=MailClass.BULK)
    send(fakes.FakeTransport({"ada@x.example": fakes.NO_ANSWER}))
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.UNCERTAIN, "no_answer")
    assert message.uncertain_at is not None


def test_mail_about_care_without_an_answer_goes_once_more_byte_for_byte(clinic):
    message = due("ada", mail_class=MailClass.CARE)
    transport = fakes.FakeTransport({"ada@x.example": fakes.NO_ANSWER})
    send(transport)
    message.refresh_from_db()
    assert message.status == Status.DEFERRED
    with clock.at(message.due_at):
        send(transport)
    message.refresh_from_db()
    assert message.status == Status.UNCERTAIN
    first, second = transport.handed_over["ada@x.example"]
    assert first == second


def test_a_stopped_campaign_keeps_its_messages(clinic):
    message = due("ada")
    transport = fakes.FakeTransport()
    assert send(transport, stopped=(message.cause_id,)) == 0
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.QUEUED, 0)
    assert transport.handed_over == {}


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (fakes.GREYLISTED, {"reply": "451 greylisted"}),
        (fakes.UNREACHABLE, {"finding": "No connection to the mail server."}),
        (fakes.NO_TLS, {}),
    ],
)
def test_only_what_a_server_said_is_kept_as_its_reply(clinic, outcome, told):
    message = due("ada")
    send(fakes.FakeTransport({"ada@x.example": outcome}))
    event = MessageEvent.objects.get(message=message)
    assert {key: event.detail[key] for key in ("reply", "finding") if key in event.detail} == told


def test_an_address_that_no_server_could_read_fails_alone(clinic):
    bad, good = due("jo se"), due("ada")
    send(fakes.FakeTransport())
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, bad.reason) == (Status.FAILED, "address_unusable")
    assert good.status == Status.SENT


def test_slices_are_small_so_that_the_gate_is_asked_late(clinic):
    people = slices.FIRST_SLICE + slices.SLICE + 20
    for number in range(people):
        due(f"p{number}", cause_id=clinic.id)
    drafter = Drafter()
    assert send(fakes.FakeTransport(), drafter=drafter) == people
    assert drafter.slices == [slices.FIRST_SLICE, slices.SLICE, 20]
    assert Message.objects.filter(status=Status.SENT).count() == people


def test_a_code_is_drafted_before_the_blast_that_was_claimed_with_it(clinic):
    for number in range(3):
        due(f"b{number}", mail_class=MailClass.BULK, cause_id=clinic.id)
    due("code", mail_class=MailClass.CODE, cause=Message.Cause.TEST)
    drafter = Drafter()
    assert send(fakes.FakeTransport(), drafter=drafter) == 4
    assert drafter.slices == [1, 3]


def test_another_clinics_messages_are_not_claimed(clinic, other_clinic):
    from tenancy.scope import tenant_scope

    with tenant_scope(other_clinic.id):
        message = due("ada")
    assert send(fakes.FakeTransport()) == 0
    with tenant_scope(other_clinic.id):
        message.refresh_from_db()
    assert message.status == Status.QUEUED


def test_trouble_of_our_own_is_raised_once_the_others_are_recorded(clinic):
    class BrokenTransport(fakes.FakeTransport):
        def send(self, envelope, announce):
            if envelope.rcpt_to == "ada@x.example":
                raise RuntimeError("out of memory")
            return super().send(envelope, announce)

    broken, other = due("ada"), due("ben")
    with pytest.raises(RuntimeError):
        send(BrokenTransport())
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.status, other.status) == (Status.IN_DATA, Status.SENT)
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert recovery.recover_expired() == (1, 0)
    broken.refresh_from_db()
    assert broken.status == Status.QUEUED


def test_stopping_leaves_what_no_server_was_asked_about(clinic):
    for number in range(120):
        due(f"p{number}", domain=f"d{number}.example", cause_id=clinic.id)
    transport = fakes.FakeTransport()

    def stopped() -> list[UUID]:
        return [clinic.id] if len(transport.handed_over) >= 10 else []

    worker.send_due(transport, dict.fromkeys(Message.Cause.values, Drafter()), stopped=stopped)
    sent = Message.objects.filter(status=Status.SENT).count()
    assert 10 <= sent < 10 + 2 * SESSIONS
    assert Message.objects.filter(status=Status.QUEUED, attempts=0).count() == 120 - sent


def test_what_is_drafted_stays_when_the_keys_go_off(clinic):

    class LastDrafter(Drafter):
        def __call__(self, messages):
            yield from super().__call__(messages)
            versions.switch_off(clinic.id)

    for number in range(30):
        due(f"p{number}", cause_id=clinic.id)
    transport = fakes.FakeTransport()
    with pytest.raises(KeysSwitchedOff):
        send(transport, drafter=LastDrafter())
    assert transport.handed_over == {}
    assert Message.objects.filter(status=Status.LEASED).count() == 30
