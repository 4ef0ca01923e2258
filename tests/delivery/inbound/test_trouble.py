"""Complaints: whose they are, and what one may cost."""

import pytest

from compliance.models import Suppression
from delivery.inbound import reading, recipients
from delivery.inbound.recipients import MOST_NAMED, NotOurs, named_inside
from delivery.models import InboundMail
from tests.delivery.inbound.conftest import return_path
from tests.delivery.inbound.mails import complaint
from tests.delivery.inbound.test_reading import arrives, kinds
from tests.factories.campaigns import SENDER_DOMAIN


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
