"""Every tenant table of every app says how long its rows stay and how they go."""

from datetime import timedelta

import pytest
from django.apps import apps

from compliance import lifecycle
from compliance.lifecycle import DataClass, Erasure, Export
from compliance.models import Policy
from tenancy.models import TenantModel

TABLES = [model for model in apps.get_models() if issubclass(model, TenantModel)]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_tenant_table_is_registered(model):
    assert model in lifecycle.registered(), (
        f"Register {model.__name__} in {model._meta.app_label}/data_lifecycle.py"
    )


def test_refuses_to_register_a_table_twice():
    with pytest.raises(ValueError, match="registered twice"):
        lifecycle.register(
            Policy,
            data_class=DataClass.OPERATIONAL,
            retention=None,
            export=Export.NEVER,
            erasure=Erasure.WITH_TENANT,
        )


def test_refuses_to_let_evidence_go_early():
    with pytest.raises(ValueError, match="six years"):
        lifecycle.register(
            type("Proof", (), {}),
            data_class=DataClass.EVIDENCE,
            retention=timedelta(days=365),
            export=Export.TENANT,
            erasure=Erasure.KEPT,
        )
