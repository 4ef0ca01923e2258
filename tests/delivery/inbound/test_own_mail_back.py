"""Mail of the service itself that no server takes, or that one gives back: who waits for it is told."""

from datetime import timedelta

import pytest

from accounts import unreached
from accounts.models import Membership, UnreachedAddress
from audit.models import AuditEvent
from compliance.models import Suppression
from compliance.services import own_domain
from delivery.inbound import accepting, reading
from delivery.inbound.accepting import Arrival
from delivery.inbound.recipients import NotOurs, destination_of
from delivery.models import InboundMail
from delivery.system_mail import send_system_mail
from delivery.wire.door import Outcome, Result
from delivery.wire.reply import Reply
from delivery.wire.session import Stage
from tenancy import clock
from tenancy import services as tenancy
from tenancy.models import SystemMail
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope, tenant_scope
from tests import fakes
from tests.accounts.signing_in import browser_of, make_member, make_user
from tests.compliance.reading import text_of
from tests.delivery.inbound.mails import report
from tests.delivery.inbound.test_smtpd import send
from tests.delivery.test_system_mail import CONTEXT
from tests.delivery.tls_reports.letters import detail, letter, policy, zipped
from tests.delivery.tls_reports.letters import report as tls_report
from tests.factories.compliance import OPERATOR

DANA = "dana@clinics.example"


# Nothing under this name takes mail, as its name servers say (RFC 7505).
OF_NO_HOST = Outcome(Result.REFUSED, Stage.DNS, Reply(556, "5.1.10", "null MX"), "")


def mailed(to: str = DANA, *, outcome=fakes.ACCEPTED) -> tuple[SystemMail, str]:
    """The mail, and its return path as its envelope had it."""
    mail = tenancy.queue_system_mail(to=to, kind="invitation", context=CONTEXT)
    transport = fakes.FakeTransport({to: outcome})
    send_system_mail(transport)
    return mail, transport.return_paths[to]


def told(action: str, status: str) -> bytes:
    return report(f"Final-Recipient: rfc822; {DANA}", f"Action: {action}", f"Status: {status}")


def open_rows() -> list[UnreachedAddress]:
    return list(unreached.unreached([DANA]).values())


def test_a_bounce_is_kept_for_whose_mail_it_is_and_named_to_its_people(port, clinic, other_clinic):
    admin = make_member(clinic, "admin")
    member = Membership.objects.select_related("user").get(user=admin)
    mail, path = mailed(member.user.email)
    assert path.endswith("@bounce.mail.localhost")
    assert send(port, path, told("failed", "5.1.1"))[0] == 250
    kept = InboundMail.objects.get()
    assert (kept.mailbox, kept.message_id, kept.system_mail_id) == ("return", None, mail.id)

    assert reading.read_waiting() == 1
    kept.refresh_from_db()
    assert kept.finding == "own_bounce"
    (row,) = unreached.unreached([member.user.email]).values()
    assert (row.reason, row.accepted_at) == ("unknown", None)
    browser = browser_of(admin)
    for url in ("/settings/people/", "/account/"):
        page = browser.get(url).content.decode()
        assert f"Our mail to {member.user.email} does not arrive." in page
        assert "There is no such mailbox." in page
    # Patients' mail is judged by patients' bounces alone.
    assert Suppression.objects.count() == 0
    with tenant_scope(other_clinic.id):
        assert (InboundMail.objects.count(), UnreachedAddress.objects.count()) == (0, 0)


def test_the_operator_sees_for_whom_but_not_whom(clinic):
    mailed(outcome=fakes.UNKNOWN_USER)
    with platform_scope():
        mailed("omar@platform.example", outcome=fakes.UNKNOWN_USER)
    page = browser_of(make_user(is_operator=True)).get("/platform/mail-security/").content.decode()
    assert "Our mail to omar@platform.example does not arrive." in page
    assert clinic.name in page
    assert DANA not in page


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [(fakes.UNKNOWN_USER, "unknown"), (fakes.SENDER_REFUSED, "refused"), (OF_NO_HOST, "unknown")],
)
def test_a_refusal_is_noted_until_a_later_mail_stays_accepted(clinic, outcome, reason):
    mailed(outcome=outcome)
    assert [row.reason for row in open_rows()] == [reason]
    mailed()
    assert open_rows()[0].accepted_at is not None
    with clock.at(clock.now() + timedelta(days=4)):
        assert open_rows() == []
        mailed(outcome=outcome)
        assert [row.accepted_at for row in open_rows()] == [None]


def test_a_delay_and_a_letter_change_nothing(port, clinic):
    _, path = mailed()
    for content in (told("delayed", "4.4.1"), b"Subject: Hello\r\n\r\nThanks!\r\n"):
        assert send(port, path, content)[0] == 250
    assert reading.read_waiting() == 2
    assert UnreachedAddress.objects.count() == 0
    assert not AuditEvent.objects.filter(action="suppression.added").exists()


def test_an_address_that_was_made_up_is_refused(clinic):
    mail, path = mailed()
    local, _, domain = path.partition("@")
    forged = f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}"
    for address, sender, answer in (
        (forged, "", "550 5.1.1"),
        (f"no-reply@{domain}", "", "550 5.1.1"),
        (local.replace("b+", "r+") + f"@{domain}", "", "550 5.1.1"),
        (path, "eve@x.example", "550 5.7.1"),
    ):
        with pytest.raises(NotOurs, match=answer):
            destination_of(address, sender)
    assert destination_of(path.upper(), "").system_mail_id == mail.id
    with clock.at(clock.now() + timedelta(days=46)), pytest.raises(NotOurs, match=r"550 5\.1\.6"):
        destination_of(path, "")


def test_reports_about_tls_with_us_are_the_platforms():
    found = destination_of("tls-reports@bounce.mail.localhost", "noreply@google.example")
    assert (found.mailbox, found.tenant_id) == ("tls", PLATFORM_TENANT_ID)
    for role in ("abuse", "postmaster"):
        assert destination_of(f"{role}@bounce.mail.localhost", "x@x.example").tenant_id is None


def test_how_others_reached_us_is_on_the_operators_page(settings):
    settings.DELIVERY_SYSTEM_SENDER = "no-reply@reported.example"
    with platform_scope():
        own_domain.make_keys(actor=OPERATOR)
    domain = "bounce.reported.example"
    seen = policy(domain, detail("certificate-expired", 10), successful=90, failed=10)
    to = f"tls-reports@{domain}"
    mail = letter(zipped(tls_report(domain, seen)))
    accepting.keep(Arrival("x@big.example", ((to, destination_of(to, "")),), mail))
    with platform_scope():
        reading.read_waiting()
    page = text_of(browser_of(make_user(is_operator=True)).get("/platform/mail-security/"))
    assert "90 connections that were encrypted as asked, and 10 that failed: " in page
