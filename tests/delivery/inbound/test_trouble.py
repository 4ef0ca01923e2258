"""Trouble of ours, of one mail, or of several readers at once: no mail is lost by it, and none is read twice."""

import threading

import pytest
from django.db import OperationalError, connections

from compliance.models import Suppression
from delivery.inbound import facts, reading, recipients
from delivery.inbound.recipients import MOST_NAMED, NotOurs, named_inside
from delivery.models import InboundMail
from tenancy.keyring import KeyUnavailable
from tenancy.scope import tenant_scope
from tests.delivery.inbound.conftest import return_path
from tests.delivery.inbound.mails import complaint
from tests.delivery.inbound.test_reading import GONE, arrives, kinds
from tests.factories.campaigns import SENDER_DOMAIN
from tests.factories.delivery import make_message


@pytest.mark.parametrize("trouble", [OperationalError("gone"), KeyUnavailable("gone")])
def test_however_long_our_trouble_lasts_the_mail_waits(sent, ada, monkeypatch, trouble):
    arrives(return_path(sent), GONE)

    def fail(*_: object) -> None:
        raise trouble

    with monkeypatch.context() as broken:
        broken.setattr(facts, "record_bounce", fail)
        for _ in range(reading.TRIES + 3):
            with pytest.raises(type(trouble)):
                reading.read_waiting()
    waiting = InboundMail.objects.get()
    assert (waiting.read_at, waiting.attempts, kinds(sent)) == (None, 0, [])
    assert reading.read_waiting() == 1
    assert (InboundMail.objects.get().finding, kinds(sent)) == ("no_such_address", ["bounced"])


def test_a_mail_of_which_workers_die_is_given_up_and_read_after_others(sent, ada):
    arrives(return_path(sent), GONE)
    deadly = InboundMail.objects.get()
    InboundMail.objects.update(attempts=reading.TRIES)
    other = make_message(ada, status="sent", route="tls")
    arrives(return_path(other), GONE)
    assert reading.read_waiting() == 2
    by_age = InboundMail.objects.order_by("received_at")
    assert list(by_age.values_list("finding", flat=True)) == ["unreadable", "no_such_address"]
    deadly.refresh_from_db()
    assert deadly.read_at > InboundMail.objects.get(message=other).read_at


def test_many_readers_at_once_count_one_try(sent, clinic):
    """Each is woken every three seconds, whether or not the one before has ended."""
    arrives(return_path(sent), GONE)
    mail = InboundMail.objects.get()
    found = reading.InboundMail.objects.values_list("pk", "attempts").get()
    claimed = []
    together = threading.Barrier(6)

    def claim() -> None:
        with tenant_scope(clinic.pk):
            together.wait()
            claimed.append(reading._claimed(*found))
        connections.close_all()

    readers = [threading.Thread(target=claim) for _ in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    mail.refresh_from_db()
    assert (sorted(claimed), mail.attempts) == ([False] * 5 + [True], 1)


def test_a_complaint_at_the_clinics_own_domain_is_understood(sent):
    arrives(f"abuse@bounce.{SENDER_DOMAIN}", complaint(return_path(sent)), "fbl@operator.example")
    assert reading.read_waiting() == 1
    assert InboundMail.objects.get().finding == "complaint"
    assert kinds(sent) == ["complained"]
    assert Suppression.objects.get().reason == "complained"


def test_a_report_full_of_made_up_addresses_costs_few_looks(sent, monkeypatch):
    looks = []
    look = recipients._tenants_of
    monkeypatch.setattr(
        recipients, "_tenants_of", lambda domain: looks.append(domain) or look(domain)
    )
    made_up = b"".join(b"b+%048d@bounce.%d.example\n" % (n, n) for n in range(3_000))
    with pytest.raises(NotOurs, match="names no message"):
        named_inside(made_up + return_path(sent).encode())
    assert len(looks) == MOST_NAMED
    ours = return_path(sent).upper().encode()
    assert named_inside(made_up[:1_000] + (ours + b"\n") * 50).message_id == sent.id
