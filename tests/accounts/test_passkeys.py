"""Passkeys: set up, used at sign-in and in the middle of the work, and every forged answer refused."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Passkey, PasskeyChallenge, Session
from accounts.passkeys import PasskeyRefused
from accounts.services import passkeys
from accounts.services.passkeys import Purpose
from audit.models import AuditEvent
from tenancy import clock
from tenancy.models import SystemMail
from tenancy.scope import platform_scope
from tests.accounts.authenticator import BE, BS, UP, UV, Authenticator
from tests.accounts.signing_in import (
    PASSWORD,
    browser_of,
    let_proof_grow_old,
    make_member,
    staff_browser,
)


def asked(browser, path):
    answer = browser.post(path)
    assert answer.status_code == 200
    return json.loads(answer.content)


def set_up(browser, authenticator, name="Work laptop"):
    answer = authenticator.create(asked(browser, "/account/factors/passkey/options/"))
    return browser.post("/account/factors/passkey/", {"name": name, "answer": answer})


@pytest.fixture
def passkey(owners_browser):
    """The owner's passkey."""
    authenticator = Authenticator()
    assert set_up(owners_browser, authenticator).url == "/account/factors/"
    return authenticator


def enter(browser, authenticator):
    answer = authenticator.get(asked(browser, "/login/passkey/options/"))
    return browser.post("/login/passkey/", {"answer": answer})


def is_inside(browser):
    return browser.get("/account/").status_code == 200


def test_signs_in_without_a_password(owner, passkey, browser):
    assert enter(browser, passkey).url == "/"
    assert is_inside(browser)
    started = AuditEvent.objects.filter(action="session.started", actor_id=str(owner.id))
    assert started.count() == 2
    with platform_scope():
        assert Passkey.objects.get(user=owner).last_used_at is not None


def test_is_the_second_factor_after_the_password(owner, passkey, browser):
    browser.post("/login/?next=/settings/people/", {"email": owner.email, "password": PASSWORD})
    assert b"Use a passkey" in browser.get("/login/code/").content
    options = asked(browser, "/login/passkey/options/")
    assert [len(it["id"]) for it in options["allowCredentials"]] == [43]
    answer = browser.post("/login/passkey/", {"answer": passkey.get(options)})
    assert answer.url == "/settings/people/"


def test_says_nothing_about_who_has_passkeys_before_the_password(browser, passkey):
    options = asked(browser, "/login/passkey/options/")
    assert options["allowCredentials"] == []
    assert (options["rpId"], options["userVerification"]) == ("app.localhost", "required")


def test_confirms_in_the_middle_of_the_work(owner, owners_browser, passkey):
    let_proof_grow_old(owner)
    page = owners_browser.get("/settings/people/invite/").content.decode()
    assert "Use a passkey" in page
    answer = passkey.get(asked(owners_browser, "/account/confirm/options/"))
    sent = {"step_up-wanted": "GET", "step_up-passkey": answer}
    assert owners_browser.post("/settings/people/invite/", sent).status_code == 302
    assert owners_browser.get("/settings/people/invite/").status_code == 200


def test_a_sign_in_question_confirms_nothing(owner, owners_browser, passkey):
    let_proof_grow_old(owner)
    answer = passkey.get(asked(owners_browser, "/login/passkey/options/"))
    sent = {"step_up-wanted": "GET", "step_up-passkey": answer}
    assert owners_browser.post("/settings/people/invite/", sent).status_code == 422
    assert owners_browser.get("/settings/people/invite/").status_code == 403


FORGERIES = {
    "another origin": {"origin": "http://app.localhost.evil.example"},
    "the other host of ours": {"origin": "http://portal.localhost"},
    "another relying party": {"rp_id": "evil.example"},
    "a person who was not verified": {"flags": UP},
    "a person who was not there": {"flags": UV},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_refuses(forgery, owner, passkey, browser):
    for name, value in FORGERIES[forgery].items():
        setattr(passkey, name, value)
    refused = enter(browser, passkey)
    assert refused.status_code == 422
    assert "This passkey was not accepted" in refused.content.decode()
    assert not is_inside(browser)
    with platform_scope():
        assert Passkey.objects.get(user=owner).last_used_at is None
        denied = AuditEvent.objects.filter(action="session.started", outcome="denied")
        assert denied.order_by("-pk")[0].detail["reason"] == "passkey"


@pytest.mark.parametrize("forgery", FORGERIES)
def test_sets_up_nothing_from(forgery, owner, owners_browser):
    refused = set_up(owners_browser, Authenticator(**FORGERIES[forgery]))
    assert refused.status_code == 422
    with platform_scope():
        assert not Passkey.objects.filter(user=owner).exists()


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
def test_refuses_a_changed(part, passkey, browser):
    answer = json.loads(passkey.get(asked(browser, "/login/passkey/options/")))
    text = answer["response"][part]
    answer["response"][part] = text[:-6] + ("AAAAAA" if text[-6:] != "AAAAAA" else "BBBBBB")
    assert browser.post("/login/passkey/", {"answer": json.dumps(answer)}).status_code == 422
    assert not is_inside(browser)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "7", "x" * 20_000, '{"id": 1}'])
def test_refuses_what_is_no_answer(passkey, browser, answer):
    asked(browser, "/login/passkey/options/")
    assert browser.post("/login/passkey/", {"answer": answer}).status_code == 422
    asked(browser, "/login/passkey/options/")


def test_an_answer_works_once(passkey, browser):
    answer = passkey.get(asked(browser, "/login/passkey/options/"))
    session = dict(browser.session)
    assert browser.post("/login/passkey/", {"answer": answer}).status_code == 302
    again = staff_browser()
    asked(again, "/login/passkey/options/")
    planted = again.session
    planted["passkey_challenge"] = session["passkey_challenge"]
    planted.save()
    assert again.post("/login/passkey/", {"answer": answer}).status_code == 422
    assert not is_inside(again)


def test_an_answer_is_for_the_browser_that_was_asked(passkey, browser):
    answer = passkey.get(asked(browser, "/login/passkey/options/"))
    other = staff_browser()
    asked(other, "/login/passkey/options/")
    assert other.post("/login/passkey/", {"answer": answer}).status_code == 422
    assert not is_inside(other)


def test_a_question_lasts_five_minutes(passkey, browser):
    answer = passkey.get(asked(browser, "/login/passkey/options/"))
    with clock.at(clock.now() + timedelta(minutes=5, seconds=1)):
        assert browser.post("/login/passkey/", {"answer": answer}).status_code == 422
        asked(browser, "/login/passkey/options/")
    with platform_scope():
        assert PasskeyChallenge.objects.filter(expires_at__lt=clock.now()).count() == 0


def test_somebody_elses_passkey_is_no_second_factor(clinic, passkey, browser):
    victim = make_member(clinic, "compliance_officer", "Oscar Officer")
    browser.post("/login/", {"email": victim.email, "password": PASSWORD})
    assert enter(browser, passkey).status_code == 422
    assert not is_inside(browser)
    with platform_scope():
        assert not Session.objects.filter(user=victim).exists()


def test_refuses_a_copy_whose_counter_stands_still(owner, owners_browser, browser):
    counting = Authenticator(sign_count=7)
    set_up(owners_browser, counting)
    assert enter(browser, counting).status_code == 302
    with platform_scope():
        assert Passkey.objects.get(user=owner).sign_count == 8
    counting.sign_count = 7
    assert enter(staff_browser(), counting).status_code == 422


def test_keeps_what_is_said_about_backups(owner, owners_browser, browser):
    synced = Authenticator(flags=UP | UV | BE)
    set_up(owners_browser, synced)
    synced.flags |= BS
    assert enter(browser, synced).status_code == 302
    with platform_scope():
        kept = Passkey.objects.get(user=owner)
    assert (kept.may_be_backed_up, kept.is_backed_up) == (True, True)


def test_a_password_alone_sets_up_no_further_factor(owner, passkey, browser):
    browser.post("/login/", {"email": owner.email, "password": PASSWORD})
    assert browser.post("/login/passkey/new/options/").status_code == 403
    assert browser.post("/login/passkey/new/", {"answer": "{}"}).url == "/login/code/"
    assert browser.get("/login/app/").url == "/login/code/"
    with platform_scope():
        assert Passkey.objects.filter(user=owner).count() == 1


def test_the_last_factor_stays_and_others_go(owner, owners_browser, passkey):
    assert owners_browser.post("/account/factors/app/remove/").status_code == 302
    with platform_scope():
        kept = Passkey.objects.get(user=owner)
    owners_browser.post(f"/account/factors/{kept.pk}/remove/")
    page = owners_browser.get("/account/factors/").content.decode()
    assert "This is your only factor" in page
    with platform_scope():
        assert Passkey.objects.filter(pk=kept.pk).exists()
    mails = SystemMail.objects.filter(kind="factor_changed").order_by("created_at")
    assert [(mail.to, mail.context["what"]) for mail in mails] == [
        (owner.email, "A passkey was set up for your account."),
        (owner.email, "The authenticator app was removed from your account."),
    ]


def test_nobody_removes_somebody_elses_passkey(clinic, owner, passkey):
    other = browser_of(make_member(clinic, "admin", "Ada Admin"))
    with platform_scope():
        kept = Passkey.objects.get(user=owner)
    assert other.post(f"/account/factors/{kept.pk}/remove/").status_code == 404
    with platform_scope():
        assert Passkey.objects.filter(pk=kept.pk).exists()


def test_the_table_tells_nothing_and_takes_no_foreign_key(owner, passkey, browser):
    """Who can write to the table still cannot put a public key of theirs into somebody's row."""
    with platform_scope(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT credential_id, public_key FROM accounts_passkey WHERE user_id = %s", [owner.id]
        )
        stored = [bytes(value) for value in cursor.fetchone()]
        assert all(passkey.credential_id not in value for value in stored)
        cursor.execute(
            "UPDATE accounts_passkey SET public_key = credential_id WHERE user_id = %s", [owner.id]
        )
    browser.raise_request_exception = False
    assert enter(browser, passkey).status_code == 500
    assert not is_inside(browser)


def test_of_two_answers_at_once_one_counts(owner, passkey):
    with platform_scope():
        challenge, options = passkeys.ask(Purpose.SIGN_IN, None)
    answer = passkey.get(json.loads(options))
    results = []
    barrier = threading.Barrier(2)

    def use():
        barrier.wait()
        try:
            with platform_scope():
                passkeys.check(None, answer, challenge, Purpose.SIGN_IN)
            results.append("accepted")
        except PasskeyRefused:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["accepted", "refused"]
