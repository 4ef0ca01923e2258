import quopri
import re

from django.core import signing

from accounts.services import passwords
from audit.models import AuditEvent
from delivery.system_mail import send_system_mail
from tenancy.models import SystemMail
from tenancy.scope import platform_scope
from tests import fakes
from tests.accounts.signing_in import PASSWORD, make_member, make_user, staff_browser

NEW = "four unrelated words again"


def ask(browser, email):
    return browser.post("/login/forgotten/", {"email": email})


def letters_to(email) -> list[str]:
    """The text of each mail that the service sends to this address when it sends all that waits."""
    transport = fakes.FakeTransport()
    with platform_scope():
        while send_system_mail(transport):
            pass
    return [letter.decode() for letter in transport.handed_over.get(email, [])]


def mailed_link(email) -> str:
    (letter,) = letters_to(email)
    text = quopri.decodestring(letter).decode()
    return re.search(r"/login/reset/[\w:=-]+/", text)[0]


def test_a_mailed_link_changes_the_password_once_and_leaves_the_second_factor(clinic, browser):
    user = make_member(clinic)
    assert "Look in your mailbox" in ask(browser, user.email).content.decode()
    link = mailed_link(user.email)
    browser.get(link)
    assert browser.post("/login/reset/", {"password": NEW}).url == "/login/"

    answer = staff_browser().post("/login/", {"email": user.email, "password": NEW})
    assert answer.url == "/login/code/"
    again = staff_browser()
    again.get(link)
    assert again.post("/login/reset/", {"password": PASSWORD}).status_code == 410
    with platform_scope():
        assert AuditEvent.objects.get(action="password.reset_mailed", object_id=str(user.pk))


def test_an_operator_who_is_in_no_workspace_gets_the_link_too(clinic, browser):
    user = make_user("Olga Rask", is_operator=True)
    ask(browser, user.email)
    assert len(letters_to(user.email)) == 1


def test_somebody_in_no_workspace_gets_no_link(clinic, browser):
    user = make_user("Nobody Yet")
    ask(browser, user.email)
    assert letters_to(user.email) == []


def test_an_address_without_an_account_is_mailed_nothing_and_forgotten(clinic, browser):
    page = ask(browser, "nobody@clinic.example").content.decode()
    assert "Look in your mailbox" in page
    assert letters_to("nobody@clinic.example") == []
    with platform_scope():
        assert "nobody@clinic.example" not in [mail.to for mail in SystemMail.objects.all()]


def test_a_mailbox_cannot_be_filled_by_strangers(clinic):
    user = make_member(clinic)
    for _ in range(5):
        ask(staff_browser(), user.email)
    assert len(letters_to(user.email)) == 2


def test_a_link_runs_out_after_fifteen_minutes(clinic, monkeypatch):
    user = make_member(clinic)
    with platform_scope():
        token = passwords.token_for(user)
    later = signing.time.time() + passwords.LINK_LASTS.total_seconds() + 1
    monkeypatch.setattr(signing.time, "time", lambda: later)
    browser = staff_browser()
    browser.get(f"/login/reset/{token}/")
    page = browser.get("/login/reset/")
    assert page.status_code == 410
    assert "has run out" in page.content.decode()
