"""Every view, task and field of the API says which right it needs and which data it reaches."""

import importlib
import pkgutil

from rest_framework.serializers import Serializer

import integrations.api
from accounts import data_classes
from accounts.permissions import PERMISSIONS
from config.celery import app
from contacts.fields import PhiClass
from integrations.data_classes import FIELDS
from tests.factories.compliance import agreement_in_force
from tests.factories.contacts import make_contact
from tests.integrations.client import make_system
from tests.security.routes import all_routes
from tests.security.test_declared import load_task_modules

CLASSES = set(PhiClass.values)
KEY = "api key: "


def undeclared_routes(routes):
    """Routes whose right or whose public host is in no table."""
    return [
        str(route)
        for route in routes
        if route.host not in data_classes.PUBLIC
        or not (
            route.is_public
            or route.access.startswith(KEY)
            or route.access in data_classes.PERMISSIONS
        )
    ]


def serializers(base=Serializer):
    for each in base.__subclasses__():
        if each.__module__.startswith("integrations."):
            yield each
        yield from serializers(each)


def undeclared_fields(classes):
    return {name for each in classes for name in each().fields} - FIELDS.keys()


def test_every_right_has_a_class():
    assert data_classes.PERMISSIONS.keys() == PERMISSIONS.keys()
    assert {*data_classes.PERMISSIONS.values(), *data_classes.PUBLIC.values()} <= CLASSES


def test_every_view_has_a_right_with_a_class():
    assert undeclared_routes(all_routes()) == []


def test_every_task_says_for_whom_and_what_it_reaches():
    load_task_modules()
    own = {name for name in app.tasks if not name.startswith(("celery.", "tests."))}
    assert data_classes.TASKS.keys() == own
    for right, reaches in data_classes.TASKS.values():
        assert right == "system" or right in PERMISSIONS
        assert reaches in CLASSES


def test_every_field_of_the_api_has_a_class():
    for module in pkgutil.iter_modules(integrations.api.__path__):
        importlib.import_module(f"integrations.api.{module.name}")
    assert undeclared_fields(serializers()) == set()
    assert set(FIELDS.values()) <= CLASSES


def test_what_is_not_declared_is_found():
    class Route:
        host, access, is_public = "staff", "shoes.view", False

    assert len(undeclared_routes([Route()])) == 1
    assert undeclared_fields([type("P", (), {"fields": ["shoe_size"]})]) == {"shoe_size"}


def test_a_key_without_phi_reads_no_field_of_a_person(clinic):
    agreement_in_force()
    contact = make_contact()
    shown = make_system("contacts.read").get(f"/contacts/{contact.pk}").json()
    hidden = {key for key in contact.identity if FIELDS[key] != "none"}
    assert hidden >= {"external_id", "given_name", "email"}
    assert {key: shown[key] for key in hidden} == dict.fromkeys(hidden)
    assert hidden <= set(shown["masked"])
