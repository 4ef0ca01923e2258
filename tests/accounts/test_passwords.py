import re

from django.core import signing

from accounts.services import passwords
from tenancy.models import SystemMail
from tenancy.scope import platform_scope
from tests.accounts.signing_in import PASSWORD, make_member, make_user, staff_browser

NEW = "four unrelated words again"


def ask(browser, email):
    return browser.post("/login/forgotten/", {"email": email})


def mailed_link() -> str:
    return re.sub(r"^https?://[^/]+", "", SystemMail.objects.get().context["link"])


def test_a_mailed_link_changes_the_password_once_and_leaves_the_second_factor(clinic, browser):
    user = make_member(clinic)
    assert "Look in your mailbox" in ask(browser, user.email).content.decode()
    link = mailed_link()
    browser.get(link)
    assert browser.post("/login/reset/", {"password": NEW}).url == "/login/"

    answer = staff_browser().post("/login/", {"email": user.email, "password": NEW})
    assert answer.url == "/login/code/"
    again = staff_browser()
    again.get(link)
    assert again.post("/login/reset/", {"password": PASSWORD}).status_code == 410


def test_an_operator_who_is_in_no_workspace_gets_the_link_from_the_platform(clinic, browser):
    user = make_user("Olga Rask", is_operator=True)
    ask(browser, user.email)
    assert SystemMail.objects.count() == 0
    with platform_scope():
        (mail,) = [each for each in SystemMail.objects.all() if each.to == user.email]
    assert mail.kind == "password_reset"


def test_somebody_in_no_workspace_gets_no_link(clinic, browser):
    user = make_user("Nobody Yet")
    ask(browser, user.email)
    with platform_scope():
        assert user.email not in [each.to for each in SystemMail.objects.all()]
    assert SystemMail.objects.count() == 0


def test_says_the_same_for_an_address_without_an_account_and_mails_nothing(clinic, browser):
    page = ask(browser, "nobody@clinic.example").content.decode()
    assert "Look in your mailbox" in page
    assert SystemMail.objects.count() == 0


def test_a_mailbox_cannot_be_filled_by_strangers(clinic):
    user = make_member(clinic)
    for _ in range(5):
        ask(staff_browser(), user.email)
    assert SystemMail.objects.count() == 2


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
