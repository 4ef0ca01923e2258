from datetime import timedelta

import pytest

from accounts.models import Countersignature
from accounts.services import countersignatures
from audit.services import Actor
from compliance.models import Ending
from compliance.services import ending
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member, make_user
from tests.compliance.ended import WHY, fill
from tests.conftest import make_tenant


@pytest.fixture
def owner(clinic):
    """The owner of Elm Street Clinic, signed in."""
    return browser_of(make_member(clinic, "owner", "Olive Owner"))


@pytest.fixture
def officer(clinic):
    """The compliance officer of Elm Street Clinic, signed in."""
    return browser_of(make_member(clinic, "compliance_officer", "Cora Officer"))


@pytest.fixture
def marketer(clinic):
    """A marketer of Elm Street Clinic, signed in."""
    return browser_of(make_member(clinic, "marketer", "Mara Marketer"))


@pytest.fixture
def operator():
    """An operator of the platform, member of no workspace, signed in."""
    return browser_of(make_user("Olga Operator", is_operator=True))


@pytest.fixture
def ended(nurse):
    """A full workspace at the end of its grace, and the moment at which it is over."""
    tenant = make_tenant("Elm Street Clinic")
    fill(tenant, nurse)
    olive, cora = (
        make_member(tenant, "owner", "Olive Owner"),
        make_member(tenant, "compliance_officer", "Cora Officer"),
    )
    with tenant_scope(tenant.pk):
        asker = Actor(kind="user", id=str(olive.pk), name=olive.name)
        decider = Actor(kind="user", id=str(cora.pk), name=cora.name)
        ending.ask(typed_name=tenant.name, reason=WHY, actor=asker)
        asked = Countersignature.objects.get(decision="")
        countersignatures.grant(asked.pk, actor=decider)
        ending.stop()
        due_at = Ending.objects.get().destroy_at
    return tenant, olive, cora, due_at + timedelta(seconds=1)
