from datetime import timedelta

import pytest

from accounts.api_keys import new_secret
from accounts.models import ApiKey
from accounts.services import api_keys
from accounts.services.api_keys import Right
from audit.models import AuditEvent
from tenancy import clock
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope

MONTH = timedelta(days=30)
HERE = "203.0.113.9"


def issue(actor, **changes):
    return api_keys.issue(right(**changes), actor=actor)


def right(**changes):
    values = {
        "name": "EHR",
        "scopes": ["contacts.read"],
        "expires_at": clock.now() + MONTH,
        **changes,
    }
    return Right(**values)


def test_a_key_is_found_by_its_text_from_outside_every_workspace(clinic, nurse):
    key, text = issue(nurse)
    with platform_scope():
        found = api_keys.find(text, address=HERE)
    assert (found.tenant_id, found.key.pk, found.key.hint) == (clinic.id, key.pk, text[:12])
    event = AuditEvent.objects.get()
    assert (event.action, event.detail) == (
        "api_key.issued",
        {"way": "key", "scopes": ["contacts.read"], "networks": []},
    )


def test_nothing_stored_is_the_key(clinic, nurse):
    _, text = issue(nurse)
    stored = ApiKey.objects.values().get()
    assert not any(text[12:40] in str(value) for value in stored.values())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Name the system"),
        ({"scopes": []}, "Choose what the key"),
        ({"scopes": ["everything"]}, "Choose what the key"),
        ({"expires_at": clock.now() - MONTH}, "Choose a last day"),
        ({"expires_at": clock.now() + 13 * MONTH}, "Choose a last day"),
    ],
)
def test_refuses_a_key_without_name_use_or_end(clinic, nurse, changes, sentence):
    with pytest.raises(api_keys.KeyNotIssued, match=sentence):
        issue(nurse, **changes)
    assert not ApiKey.objects.exists()


def test_a_revoked_key_is_refused_at_once_and_the_try_is_recorded(clinic, nurse):
    key, text = issue(nurse)
    api_keys.revoke(key, actor=nurse)
    api_keys.revoke(key, actor=nurse)
    with pytest.raises(api_keys.KeyRefused):
        api_keys.find(text, address=HERE)
    denied = AuditEvent.objects.get(outcome="denied")
    assert (denied.action, denied.detail) == ("api_key.used", {"reason": "revoked"})
    assert AuditEvent.objects.filter(action="api_key.revoked").count() == 1


def test_an_expired_key_is_refused(clinic, nurse):
    _, text = issue(nurse)
    with clock.at(clock.now() + MONTH), pytest.raises(api_keys.KeyRefused):
        api_keys.find(text, address=HERE)


def test_a_key_of_a_suspended_workspace_is_unknown(clinic, nurse):
    _, text = issue(nurse)
    with platform_scope():
        Tenant.objects.filter(pk=clinic.id).update(status="suspended")
    with pytest.raises(api_keys.KeyRefused):
        api_keys.find(text, address=HERE)


@pytest.mark.parametrize("text", ["", "sk_live_x", new_secret()], ids=["none", "short", "new"])
def test_an_unknown_key_is_refused(text):
    with pytest.raises(api_keys.KeyRefused):
        api_keys.find(text, address=HERE)


def test_another_workspace_does_not_see_the_key(clinic, other_clinic, nurse):
    issue(nurse)
    with tenant_scope(other_clinic.id):
        assert not ApiKey.objects.exists()


def test_notes_the_last_use_once_a_minute(clinic, nurse):
    key, _ = issue(nurse)
    first = clock.now()
    for seconds in (0, 30, 70):
        with clock.at(first + timedelta(seconds=seconds)):
            api_keys.note_use(key)
    assert ApiKey.objects.get().last_used_at == first + timedelta(seconds=70)
