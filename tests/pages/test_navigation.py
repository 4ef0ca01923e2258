"""The rail marks the place that a page belongs to, whichever app serves it."""

from uuid import UUID

import pytest
from django.test import RequestFactory
from django.urls import resolve

from accounts.navigation import ADMINISTRATION, MAIN, section_of

SOME = UUID(int=1)  # tests are named alike in every process


def place_of(path: str) -> list[str]:
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path, "config.urls.staff")
    section = section_of(request)
    return [place.label for place in (*MAIN, *ADMINISTRATION) if section in place.sections]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "Home"),
        ("/contacts/new/", "Contacts"),
        (f"/contacts/{SOME}/portal/", "Contacts"),
        (f"/contacts/{SOME}/certificate/", "Contacts"),
        ("/messages/", "Reports"),
        ("/reports/domains/", "Reports"),
        ("/reports/lanes/", "Reports"),
        ("/reports/deliverability/", "Reports"),
        ("/undelivered/", "Reports"),
        (f"/settings/domains/{SOME}/warm-up/", "Settings"),
        (f"/settings/domains/{SOME}/tls/", "Settings"),
        ("/operator/lanes/warm-up/", "Lanes"),
        ("/platform/tls-reports/", "Mail security"),
        ("/compliance/audit/", "Compliance"),
        ("/compliance/looks/", "Compliance"),
        ("/settings/security/", "Settings"),
        ("/settings/fields/", "Settings"),
        ("/settings/retention/runs/", "Settings"),
    ],
)
def test_a_page_has_its_place(path, label):
    assert place_of(path) == [label]
