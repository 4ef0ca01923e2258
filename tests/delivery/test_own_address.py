"""The address that mail leaves from: the one that an operator names, and no other."""

from dataclasses import replace

import pytest

from delivery import doors
from delivery.wire.door import Result
from tests.delivery.wires import TEXT, Announcements, envelope, transport_to
from tests.smtp_server import FaultServer

OURS = "127.0.0.77"


def leaving_from(address, server, certificates):
    transport = transport_to(server, certificates=certificates)
    return replace(transport, dialer=replace(transport.dialer, source_address=address))


def test_mail_leaves_from_the_address_that_is_named_and_counts_in_its_lanes(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = leaving_from(OURS, server, certificates)
        assert transport.send(envelope(), Announcements()).result is Result.ACCEPTED
    assert (server.peers, transport.sends_as) == ([OURS], OURS)
    assert [stored.data for stored in server.stored] == [TEXT]


def test_a_host_of_the_other_family_is_not_reached_from_another_address(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = leaving_from("::1", server, certificates)
        announced = Announcements()
        outcome = transport.send(envelope(), announced)
    assert (outcome.result, outcome.reply.enhanced) == (Result.REFUSED, "4.4.1")
    assert (server.connections, announced) == (0, [])


@pytest.mark.parametrize("address", [OURS, "::1", ""])
def test_the_settings_say_which(settings, address):
    settings.DELIVERY_ADDRESS = address
    assert doors.transport.__wrapped__().dialer.source_address == (address or None)


@pytest.mark.parametrize(("address", "error"), [("192.0.2.7", OSError), ("mx.example", ValueError)])
def test_nothing_is_sent_where_this_machine_has_no_such_address(settings, address, error):
    settings.DELIVERY_ADDRESS = address
    with pytest.raises(error):
        doors.transport.__wrapped__()
