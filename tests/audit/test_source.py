"""Events say from where they came, whoever wrote them, and never a whole address."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from audit import services as audit
from audit.models import AuditEvent
from audit.services import SYSTEM
from tenancy import source
from tenancy.source import Source
from tests.accounts.signing_in import browser_of, make_member

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("", ""),
        ("not an address", ""),
    ],
)
def test_an_address_becomes_its_network(address, network):
    assert source.network_of(address) == network


@pytest.mark.parametrize(
    ("header", "family"),
    [
        (FIREFOX, "Firefox"),
        ("Mozilla/5.0 (Windows) AppleWebKit/537.36 Chrome/150.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (Windows) AppleWebKit/537.36 Chrome/150 Safari/537 Edg/150", "Edge"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/26 Safari/605", "Safari"),
        ("python-requests/2.33", "Python"),
        ("curl/8.1", "curl"),
        ("something else", "other"),
        ("", ""),
    ],
)
def test_an_agent_becomes_its_family(header, family):
    assert source.agent_family(header) == family


def test_a_request_of_somebody_signed_in_says_all_that_is_known(clinic):
    shown = audit.record("contact.paused", actor=SYSTEM)
    browser = browser_of(make_member(clinic, Role.COMPLIANCE_OFFICER))
    from_firefox = {"REMOTE_ADDR": "192.0.2.77", "HTTP_USER_AGENT": FIREFOX}
    answer = browser.get(reverse("compliance:audit_event", args=[shown.id]), **from_firefox)
    assert answer.status_code == 200
    facts = AuditEvent.objects.get(action="audit.event_opened").facts["source"]
    assert facts["address"] == "192.0.2.0/24"
    assert (facts["agent"], facts["role"]) == ("Firefox", Role.COMPLIANCE_OFFICER)
    assert len(facts["request"]) == 32
    assert len(facts["session"]) == 16
    assert facts["host"] == source.HOST


def test_one_request_leaves_nothing_to_the_next(clinic, nurse):
    with source.entered(Source(request="r1")):
        source.add(role="nurse")
        audit.record("contact.paused", actor=nurse)
    source.add(role="nobody")
    audit.record("contact.resumed", actor=nurse)
    first, second = (event.facts["source"] for event in AuditEvent.objects.order_by("id"))
    assert (first["request"], first["role"]) == ("r1", "nurse")
    assert set(second) == {"host", "process"}
