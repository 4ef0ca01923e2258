"""The service's own mail is signed like a tenant's, by keys of the platform that an operator exchanges."""

from email import message_from_bytes, policy

import dkim as dkimpy
import pytest

from audit.models import AuditEvent
from compliance import platform
from compliance import services as compliance
from compliance.models import DkimKey
from compliance.services import own_domain
from delivery.system_mail import send_system_mail
from tenancy import services as tenancy
from tenancy.scope import platform_scope
from tests import fakes
from tests.accounts.signing_in import browser_of, make_member, make_user
from tests.delivery.test_system_mail import CONTEXT
from tests.factories.compliance import OPERATOR, published

PAGE = "/platform/mail-security/"


@pytest.fixture(autouse=True)
def own_sender(settings, request):
    """A domain of its own for each test: the platform's tenant is the same for all of them."""
    name = request.node.name.split("[")[0].replace("_", "-")[:40].strip("-")
    settings.DELIVERY_SYSTEM_SENDER = f"no-reply@{name}.example"


def zone_of_own_domain() -> dict[tuple[str, str], tuple[str, ...]]:
    return published(own_domain.own_domain())


def publish() -> None:
    zone = zone_of_own_domain()
    compliance.check_domain(own_domain.own_domain(), lambda name, kind: zone.get((name, kind), ()))


def mailed() -> bytes:
    tenancy.queue_system_mail(to="dana@clinics.example", kind="invitation", context=CONTEXT)
    transport = fakes.FakeTransport()
    send_system_mail(transport)
    (letter,) = transport.handed_over["dana@clinics.example"]
    return letter


def signatures(letter: bytes) -> int:
    return len(message_from_bytes(letter, policy=policy.default).get_all("DKIM-Signature", []))


def test_a_workspaces_invitation_carries_the_platforms_two_signatures(clinic):
    assert signatures(mailed()) == 0
    with platform_scope():
        own_domain.make_keys(actor=OPERATOR)
    assert signatures(mailed()) == 0  # nobody could check it yet
    with platform_scope():
        publish()
        zone = zone_of_own_domain()
    letter = mailed()
    assert signatures(letter) == 2
    records = {f"{name}.": values[0] for (name, kind), values in zone.items() if kind == "TXT"}
    for index in range(2):
        verifier = dkimpy.DKIM(letter)
        assert verifier.verify(idx=index, dnsfunc=lambda name, **_: records[name.decode()].encode())
    altered = letter.replace(b"Elm Street", b"Elm Avenue", 1)
    assert not dkimpy.verify(altered, dnsfunc=lambda name, **_: records[name.decode()].encode())


def test_the_keys_take_turns_like_those_of_a_tenant(clinic):
    with platform_scope():
        own_domain.make_keys(actor=OPERATOR)
        publish()
        first = set(DkimKey.objects.filter(domain=own_domain.own_domain()).values_list("selector"))
        own_domain.make_keys(actor=OPERATOR)
    before = mailed()
    with platform_scope():
        publish()
        retired = DkimKey.objects.filter(
            domain=own_domain.own_domain(), retired_at__isnull=False, private_key=None
        )
        assert set(retired.values_list("selector")) == first
    after = mailed()
    used = [
        {part.split("s=")[1].split(";")[0] for part in letter.decode().split("DKIM-Signature")[1:]}
        for letter in (before, after)
    ]
    assert used[0] == {selector for (selector,) in first}
    assert used[0].isdisjoint(used[1])


def test_a_workspace_sees_nothing_of_the_platforms_keys(clinic):
    with platform_scope():
        own_domain.make_keys(actor=OPERATOR)
        assert DkimKey.objects.filter(domain=own_domain.own_domain()).count() == 2
    assert own_domain.own_domain() is None
    assert DkimKey.objects.count() == 0


def test_an_operator_makes_checks_and_replaces_them(settings, monkeypatch):
    zone: dict[tuple[str, str], tuple[str, ...]] = {}
    settings.COMPLIANCE_DNS = "tests.compliance.zone.look_up"
    monkeypatch.setattr("tests.compliance.zone.NAMES", zone)
    browser = browser_of(make_user(is_operator=True))
    assert "Not signed yet" in browser.get(PAGE).content.decode()
    browser.post(f"{PAGE}keys/")
    with platform_scope():
        zone |= zone_of_own_domain()
    page = browser.get(PAGE).content.decode()
    assert f"_domainkey.{platform.mail_domain()}" in page
    assert "4 to fix" in page
    browser.post(f"{PAGE}check/")
    page = browser.get(PAGE).content.decode()
    assert "Not signed yet" not in page
    assert "to fix" not in page
    browser.post(f"{PAGE}keys/")
    answer = browser.post(f"{PAGE}keys/", follow=True)
    assert "New keys wait already." in answer.content.decode()
    browser.post(f"{PAGE}keys/discard/")
    with platform_scope():
        told = AuditEvent.objects.filter(object_id=str(own_domain.own_domain().id))
        actions = list(told.order_by("recorded_at").values_list("action", flat=True))
        assert DkimKey.objects.filter(domain=own_domain.own_domain()).count() == 2
    assert actions[0] == "domain.added"
    assert {"domain.key_in_use", "domain.keys_made", "domain.keys_discarded"} <= set(actions)


@pytest.mark.parametrize("path", ["keys/", "keys/discard/", "check/"])
def test_nobody_but_an_operator_reaches_them(clinic, path):
    owner = browser_of(make_member(clinic, "owner"))
    assert owner.post(f"{PAGE}{path}").status_code == 403
    with platform_scope():
        assert own_domain.own_domain() is None
