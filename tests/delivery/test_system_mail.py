import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

from delivery.system_mail import FOUND_OUT, SUBJECTS, send_system_mail
from delivery.wire.door import HostFailure
from delivery.wire.levels import Level, PolicyType, TlsFailure
from tenancy import clock
from tenancy import services as tenancy
from tenancy.models import SystemMail
from tests import fakes

CONTEXT = {
    "workspace": "Elm Street Clinic",
    "role": "Marketer",
    "invited_by": "Omar Owner",
    "asked_by": "Omar Owner",
    "decided_by": "Cora Officer",
    "outcome": "granted",
    "key": "Practice system",
    "taken_by": "Ann Admin",
    "is_reminder": False,
    "person": "Mara Marketer",
    "what": "looked at the data of many people",
    "span": "an hour",
    "is_about_mail": False,
    "day": "4 January 2027",
    "expires": True,
    "link": "https://app.example/join/abc",
    "expires_at": "2026-11-26T09:00:00+00:00",
}


def queue() -> SystemMail:
    return tenancy.queue_system_mail(to="dana@clinics.example", kind="invitation", context=CONTEXT)


def test_the_outbox_is_drained_by_the_best_way_there_is(clinic):
    mail = queue()
    transport = fakes.FakeTransport()
    assert send_system_mail(transport) == 1
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("sent", 1)
    assert transport.required["dana@clinics.example"] is Level.T0
    (letter,) = transport.handed_over["dana@clinics.example"]
    parsed = message_from_bytes(letter, policy=policy.default)
    assert parsed["Subject"] == "Join Elm Street Clinic on Sealpost"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert CONTEXT["link"] in parsed.get_body(("plain",)).get_content()
    assert send_system_mail(transport) == 0


def test_it_is_tried_again_later_and_given_up_for_an_unknown_address(clinic):
    mail = queue()
    send_system_mail(fakes.FakeTransport({"dana@clinics.example": fakes.GREYLISTED}))
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("queued", 1)
    assert clock.now() < mail.due_at <= clock.now() + timedelta(minutes=6)
    with clock.at(mail.due_at):
        send_system_mail(fakes.FakeTransport({"dana@clinics.example": fakes.UNKNOWN_USER}))
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("failed", 2)


def test_every_kind_that_is_queued_can_be_written(clinic):
    """Whoever queues a new kind writes its mail: an unwritten one would hold up the others."""
    sources = [
        path.read_text()
        for app in ("accounts", "campaigns", "compliance", "tenancy")
        for path in Path(app).rglob("*.py")
    ]
    kinds = {
        kind
        for text in sources
        for kind in re.findall(r'queue_system_mail\([^)]*kind="(\w+)"', text)
    }
    assert kinds == set(SUBJECTS)
    transport = fakes.FakeTransport()
    for kind in kinds - set(FOUND_OUT):
        tenancy.queue_system_mail(to=f"{kind}@clinics.example", kind=kind, context=CONTEXT)
    assert send_system_mail(transport) == len(kinds) - 1
    for letters in transport.handed_over.values():
        assert CONTEXT["link"] in message_from_bytes(letters[0], policy=policy.default).as_string()


def test_an_address_that_no_server_can_be_asked_about_holds_up_no_other_mail(clinic):
    odd = tenancy.queue_system_mail(
        to='"two words"@clinics.example', kind="invitation", context=CONTEXT
    )
    mail, transport = queue(), fakes.FakeTransport()
    assert send_system_mail(transport) == 2
    odd.refresh_from_db()
    mail.refresh_from_db()
    assert (odd.status, mail.status) == ("failed", "sent")
    assert list(transport.handed_over) == ["dana@clinics.example"]


def test_a_name_that_cannot_stand_in_a_subject_holds_up_no_other_mail(clinic):
    person = CONTEXT | {"person": "Mara\nBcc: everybody@clinics.example"}
    odd = tenancy.queue_system_mail(to="odd@clinics.example", kind="factors_reset", context=person)
    mail, transport = queue(), fakes.FakeTransport()
    send_system_mail(transport)
    odd.refresh_from_db()
    mail.refresh_from_db()
    assert (odd.status, mail.status) == ("failed", "sent")
    assert list(transport.handed_over) == ["dana@clinics.example"]


def test_it_is_given_up_where_a_domain_breaks_its_own_policy_for_days(clinic):
    broken = replace(
        fakes.NO_TLS,
        failures=(HostFailure("mx", TlsFailure.TLSA_INVALID, policy=PolicyType.TLSA),),
    )
    mail = queue()
    tries = 0
    while mail.status == "queued":
        with clock.at(mail.due_at):
            send_system_mail(fakes.FakeTransport({"dana@clinics.example": broken}))
        mail.refresh_from_db()
        tries += 1
        assert tries < 100
    assert mail.status == "failed"
    assert mail.due_at - mail.created_at < timedelta(hours=48)
