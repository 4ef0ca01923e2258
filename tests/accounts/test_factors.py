import base64
import re
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from accounts import totp
from accounts.models import RecoveryCode, TotpDevice
from accounts.services import factors, sign_in, users
from accounts.services.sign_in import CodeRefused
from audit.models import AuditEvent
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import SystemMail
from tenancy.scope import platform_scope
from tests.accounts.signing_in import PASSWORD, SEED, current_code, make_member, staff_browser


@pytest.mark.parametrize(
    ("moment", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_agrees_with_the_vectors_of_rfc_6238(moment, code):
    assert totp.code_at(SEED, moment // totp.STEP_SECONDS) == code


def test_accepts_the_half_minute_before_and_after_but_none_twice():
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    step = totp.step_at(now)
    for drift, is_accepted in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        matched = totp.matching_step(SEED, totp.code_at(SEED, step + drift), now, after=0)
        assert (matched is not None) is is_accepted
    assert totp.matching_step(SEED, totp.code_at(SEED, step), now, after=step) is None


@pytest.fixture
def newcomer(clinic):
    """Somebody with a password and a browser that has given it, without a second factor."""
    email = f"nina-{uuid7().hex[-12:]}@clinic.example"
    user = users.create_user(email=email, name="Nina New", password=PASSWORD)
    browser = staff_browser()
    assert browser.post("/login/", {"email": email, "password": PASSWORD}).url == "/login/app/"
    return user, browser


def seed_shown(browser) -> bytes:
    page = browser.get("/login/app/").content.decode()
    text = re.search(r"Enter this key in the app: <code>([A-Z2-7 ]+)<", page)[1]
    return base64.b32decode(text.replace(" ", ""))


def test_sets_up_an_app_and_shows_ten_recovery_codes_once(newcomer):
    user, browser = newcomer
    seed = seed_shown(browser)
    assert seed == seed_shown(browser)

    page = browser.post("/login/app/", {"code": totp.code_at(seed, totp.step_at(clock.now()))})

    codes = re.findall(r"<li><code>([a-z0-9-]+)</code>", page.content.decode())
    assert len(set(codes)) == 10
    with platform_scope():
        assert bytes(TotpDevice.objects.get(user=user).seed) == seed
        assert RecoveryCode.objects.filter(user=user).count() == 10
        assert AuditEvent.objects.filter(actor_id=str(user.id), action="factor.enrolled").exists()
    assert browser.get("/account/").status_code == 200


def test_a_wrong_first_code_binds_no_app(newcomer):
    user, browser = newcomer
    assert browser.post("/login/app/", {"code": "000000"}).status_code == 422
    with platform_scope():
        assert not TotpDevice.objects.filter(user=user).exists()


def test_a_refused_code_is_not_shown_again_and_the_field_says_why(newcomer):
    _, browser = newcomer
    shown = browser.post("/login/app/", {"code": "000000"}).content.decode()
    (field,) = re.findall(r'<input[^>]*name="code"[^>]*>', shown)
    assert "value=" not in field
    assert "autofocus" in field
    assert 'aria-invalid="true"' in field
    assert re.search(r'aria-describedby="[^"]*id_code_error', field)
    assert 'id="id_code_error"' in shown


def test_nobody_gets_past_the_password_without_a_second_factor(newcomer):
    _, browser = newcomer
    assert browser.get("/settings/").url.startswith("/login/")
    for path in ("/login/code/", "/login/recovery/"):
        assert browser.post(path, {"code": "123456"}).url == "/login/app/"


def test_a_recovery_code_opens_the_door_once(newcomer):
    user, browser = newcomer
    code = totp.code_at(seed_shown(browser), totp.step_at(clock.now()))
    page = browser.post("/login/app/", {"code": code}).content.decode()
    recovery = re.findall(r"<li><code>([a-z0-9-]+)</code>", page)[0]
    for status in (302, 422):
        lost = staff_browser()
        lost.post("/login/", {"email": user.email, "password": PASSWORD})
        answer = lost.post("/login/recovery/", {"code": recovery.upper().replace("-", " ")})
        assert answer.status_code == status
    with platform_scope():
        assert RecoveryCode.objects.filter(user=user, used_at__isnull=False).count() == 1


def test_new_recovery_codes_replace_the_old_ones(clinic, owner, owners_browser):
    for _ in range(2):
        page = owners_browser.post("/account/factors/codes/")
        assert len(re.findall(r"<li><code>", page.content.decode())) == 10
    with platform_scope():
        assert RecoveryCode.objects.filter(user=owner).count() == 10
    assert SystemMail.objects.filter(kind="factor_changed").count() == 2


def test_a_new_password_ends_every_session(clinic, owner, owners_browser):
    form = {"current": PASSWORD, "password": "another long passphrase"}
    refused = owners_browser.post("/account/password/", form | {"current": "wrong"})
    assert "This is not your password." in refused.content.decode()
    assert owners_browser.post("/account/password/", form).url == "/login/"
    assert owners_browser.get("/account/").url.startswith("/login/")


@pytest.mark.parametrize("weak", ["short1", "password1234", "Olive Owner 1"])
def test_refuses_a_weak_password(owners_browser, weak):
    form = {"current": PASSWORD, "password": weak}
    assert owners_browser.post("/account/password/", form).status_code == 422


def test_the_seed_and_the_codes_are_not_in_the_tables(clinic):
    user = make_member(clinic)
    with platform_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT seed FROM accounts_totpdevice WHERE user_id = %s", [user.id])
        stored = bytes(cursor.fetchone()[0])
    assert SEED not in stored
    with platform_scope():
        assert TotpDevice.objects.get(user=user).seed == SEED


def at_once(act) -> list[str]:
    """What becomes of two tries of the same at the same time."""
    outcomes = []
    barrier = threading.Barrier(2)

    def attempt():
        barrier.wait()
        try:
            with platform_scope():
                act()
            outcomes.append("accepted")
        except CodeRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_uses_of_a_code_at_once_one_counts(clinic):
    user = make_member(clinic)
    code = current_code(user)
    assert at_once(lambda: sign_in.check_code(user, code)) == ["accepted", "refused"]


def test_of_two_uses_of_a_recovery_code_at_once_one_counts(clinic):
    user = make_member(clinic)
    code = factors.replace_recovery_codes(user)[0]
    assert at_once(lambda: sign_in.check_recovery_code(user, code)) == ["accepted", "refused"]


def test_a_replaced_app_works_no_longer(clinic, owner, owners_browser):
    page = owners_browser.get("/account/factors/app/").content.decode()
    text = re.search(r"Enter this key in the app: <code>([A-Z2-7 ]+)<", page)[1]
    seed = base64.b32decode(text.replace(" ", ""))
    step = totp.step_at(clock.now())
    code = totp.code_at(seed, step)
    assert owners_browser.post("/account/factors/app/", {"code": code}).url == "/account/factors/"
    with platform_scope():
        with pytest.raises(CodeRefused):
            sign_in.check_code(owner, totp.code_at(SEED, step))
        with pytest.raises(CodeRefused, match="used already"):
            sign_in.check_code(owner, code)
        sign_in.check_code(owner, totp.code_at(seed, step + 1))
    assert SystemMail.objects.get(kind="factor_changed").to == owner.email
