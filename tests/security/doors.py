"""The pages that links lead to: a patient's way through the portal, preferences, and the API's page."""

import re

from django.conf import settings
from django.test import Client

from contacts import tokens
from delivery import unsubscribe
from delivery.escrow import answers, keys, notices
from delivery.models import EscrowCode, EscrowItem
from delivery.portal.links import token_of
from tenancy.scope import tenant_scope
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_item
from tests.security.inspection import Opening
from tests.security.world import World

BORN = {"month": "7", "day": "9", "year": "1968"}


def of_patients(world: World) -> dict[str, list[Opening]]:
    with tenant_scope(world.tenant.id):
        return {"portal": _portal(world.item), "links": _links(world), "api": _api()}


def _portal(item: EscrowItem) -> list[Opening]:
    """The gate, the questions, the message, and a door that never was one; a browser for each."""
    gate = f"/m/{token_of(item.id)}"
    found = [Opening("portal", path, _browser("portal")) for path in (gate, "/")]
    asked = _browser("portal")
    asked.post(gate, {"proof": keys.proof(item.notice_link_key, item.id).hex()})
    return [*found, Opening("portal", f"{gate}/check", asked), _read(make_item(make_contact()))]


def _read(item: EscrowItem) -> Opening:
    """The message itself, in the browser that answered everything right."""
    gate, browser = f"/m/{token_of(item.id)}", _browser("portal")
    browser.post(gate, {"proof": keys.proof(item.notice_link_key, item.id).hex()})
    code = EscrowCode.objects.get(visit__item=item, spent_at=None)
    digits = re.search(r"\d{4} \d{4}", notices.compose(code.id).text).group()
    answers.settle_code(code.id, left_verified=True)
    browser.post(f"{gate}/check", BORN | {"code": digits})
    return Opening("portal", f"{gate}/message", browser)


def _links(world: World) -> list[Opening]:
    choices = tokens.make(tokens.PREFERENCES, world.item.contact_id)
    stop = unsubscribe.signer().token(world.sent.pk)
    paths = (f"/p/{choices}", f"/p/{choices}?lang=es", f"/u/{stop}")
    return [Opening("links", path, _browser("links")) for path in paths]


def _api() -> list[Opening]:
    return [Opening("api", "/docs/", _browser("api"))]


def _browser(host: str) -> Client:
    return Client(headers={"host": settings.HOSTS[host]})
