"""The key that signs links changes: nobody is signed out, and the former key ends by itself."""

import stat
from datetime import timedelta
from io import StringIO

import pytest
from django.core import signing
from django.core.management import CommandError, call_command

from accounts import signing_keys
from accounts.services import passwords
from audit.models import AuditEvent
from tenancy import clock
from tenancy.scope import platform_scope
from tests.accounts.signing_in import browser_of, make_member, staff_browser
from tests.accounts.test_sign_in import give_password

OLD = "the-key-that-signed-until-now-and-is-long-enough-for-it"


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    path = tmp_path / "signing-key"
    path.write_text(OLD)
    monkeypatch.setenv("DJANGO_SECRET_KEY_FILE", str(path))
    return path


@pytest.fixture
def use(settings):
    """Go on with the keys of a file, as a process that was restarted."""

    def use(text):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = signing_keys.read(text)

    use(OLD)
    return use


def link_page(token):
    browser = staff_browser()
    browser.get(f"/login/reset/{token}/")
    return browser.get("/login/reset/").status_code


def test_nobody_is_signed_out_and_links_on_their_way_open(clinic, use):
    user = make_member(clinic)
    signed_in, halfway = browser_of(user), staff_browser()
    give_password(halfway, user)
    with platform_scope():
        token = passwords.token_for(user)
    use(signing_keys.rotated(OLD))
    assert signed_in.get("/account/").status_code == 200
    assert halfway.get("/login/code/").status_code == 200
    assert link_page(token) == 200


def test_without_the_former_key_links_would_break(clinic, use, settings):
    with platform_scope():
        token = passwords.token_for(make_member(clinic))
    use(signing_keys.rotated(OLD))
    settings.SECRET_KEY_FALLBACKS = []
    assert link_page(token) == 410


def test_after_an_hour_the_former_key_opens_nothing_in_no_process(clinic, use):
    user = make_member(clinic)
    signed_in = browser_of(user)
    with platform_scope():
        forged = passwords.token_for(user)
    use(signing_keys.rotated(OLD))
    with clock.at(clock.now() + signing_keys.GRACE - timedelta(seconds=2)):
        assert signing.loads(forged, salt=passwords.SALT)[0] == str(user.id)
    with clock.at(clock.now() + signing_keys.GRACE + timedelta(seconds=2)):
        with pytest.raises(signing.BadSignature):
            signing.loads(forged, salt=passwords.SALT)
        assert link_page(forged) == 410
    assert signed_in.get("/account/").status_code == 200


def test_the_command_changes_the_file_and_says_no_key(key_file):
    out = StringIO()
    call_command("rotate_signing_key", stdout=out)
    text = key_file.read_text()
    key, former = signing_keys.read(text)
    assert (len(key), [*former]) == (86, [OLD])
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert "Nobody is signed out" in out.getvalue()
    assert key not in out.getvalue()
    assert OLD not in out.getvalue()
    with platform_scope():
        assert AuditEvent.objects.filter(action="keys.signing_rotated").exists()

    call_command("rotate_signing_key", stdout=out)
    assert [*signing_keys.read(key_file.read_text())[1]] == [key, OLD]
    with clock.at(clock.now() + signing_keys.GRACE + timedelta(seconds=2)):
        call_command("rotate_signing_key", stdout=out)
        _newest, former = key_file.read_text().splitlines()
    assert former.partition(" ")[0] not in {key, OLD}


def test_a_file_that_may_only_be_read_stays_as_it_is(key_file):
    key_file.with_name("signing-key.new").write_text("in the way")
    with pytest.raises(CommandError, match="change it where it comes from"):
        call_command("rotate_signing_key")
    assert key_file.read_text() == OLD


def test_a_former_key_without_an_end_is_refused():
    with pytest.raises(ValueError, match="isoformat"):
        signing_keys.read(f"new\n{OLD}\n")
