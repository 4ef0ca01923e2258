"""What the API says about itself: the document, and the page that people read."""

import pytest
from django.conf import settings
from django.test import Client

from integrations.api.documents import document
from tests.browser import assert_accessible

OPERATIONS = {
    "contacts_list",
    "contacts_upsert",
    "contacts_batch",
    "contacts_search",
    "contacts_get",
    "contacts_consents",
    "consents_record",
    "consents_unprotected",
    "contacts_route",
    "contacts_choose_route",
    "events_report",
    "letters_send",
    "messages_send",
    "messages_get",
    "suppressions_list",
    "suppressions_add",
    "suppressions_search",
    "suppressions_lift",
}


@pytest.fixture
def visitor():
    return Client(headers={"host": settings.HOSTS["api"]})


def test_the_document_is_openapi_3_0_3_with_every_operation(visitor):
    served = visitor.get("/openapi.json").json()
    assert served["openapi"] == "3.0.3"
    found = {
        operation["operationId"] for path in served["paths"].values() for operation in path.values()
    }
    assert found == OPERATIONS
    assert served["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_operation_documents_its_scope_and_its_refusals(visitor):
    for path in document()["paths"].values():
        for operation in path.values():
            assert "Scope: " in operation["description"]
            assert {"400", "401", "403", "404", "429"} <= operation["responses"].keys()


def test_the_page_names_every_operation(visitor):
    page = visitor.get("/docs/").content.decode()
    assert all(f'id="{name}"' in page for name in OPERATIONS)
    assert visitor.get("/")["Location"] == "/docs/"


@pytest.mark.browser
def test_the_page_stands(open_page):
    assert_accessible(open_page("/docs/", host="api"))
