"""Tokens that no clinic ever wrote: our seal around another clinic's object, and theirs in name only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.test import Client

from accounts.roles import Role
from campaigns.models import Campaign
from campaigns.queries.previews import Pointer, View
from contacts import tokens
from delivery import unsubscribe
from delivery.escrow import keys
from delivery.portal.links import token_of
from delivery.tracking import tables
from delivery.tracking import tokens as tracking
from tenancy.scope import current_tenant_id, tenant_scope
from tests.accounts.signing_in import browser_of
from tests.delivery.portal.test_pages import mailed_code
from tests.delivery.tracking.counted import TARGETS
from tests.security.doors import BORN
from tests.security.routes import Route, all_routes
from tests.security.world import World

SECRET = bytes(range(32))  # of an invitation: nobody's


def _preview(campaign_id: UUID) -> str:
    pointer = Pointer(current_tenant_id(), "campaign", campaign_id, None, View.HTML, is_shown=True)
    return pointer.url().rstrip("/").rpartition("/")[2]


def _counted(message_id: UUID) -> str:
    """Its table is another campaign's if need be: what it leads to is the clinic's own in any case."""
    reference = tables.keep(Campaign.objects.order_by("created_at")[:1].get(), TARGETS)
    return tracking.marker(current_tenant_id(), reference).token(message_id)


def _invitation(invitation_id: UUID) -> str:
    named = current_tenant_id().bytes + invitation_id.bytes + SECRET
    return urlsafe_b64encode(named).decode().rstrip("=")


@dataclass(frozen=True)
class Kind:
    """How a clinic writes the token of one of its objects, and which it has."""

    write: Callable[[UUID], str]
    object_of: Callable[[World], UUID]

    def of(self, world: World, named: UUID) -> str:
        with tenant_scope(world.tenant.id):
            return self.write(named)


KINDS = {
    "preferences": Kind(
        lambda contact_id: tokens.make(tokens.PREFERENCES, contact_id),
        lambda world: world.item.contact_id,
    ),
    "stop": Kind(
        lambda message_id: unsubscribe.signer().token(message_id), lambda world: world.sent.pk
    ),
    "counted": Kind(_counted, lambda world: world.sent.pk),
    "portal": Kind(token_of, lambda world: world.item.id),
    "preview": Kind(_preview, lambda world: world.campaign.pk),
    "invitation": Kind(_invitation, lambda world: world.ids["invitation_id"][0]),
}
# Which kind an address is made for, by its beginning.
MADE_FOR = {
    "links /p/": "preferences", "links /u/": "stop", "links /c/": "counted", "links /o/": "counted",
    "portal /m/": "portal", "preview /<": "preview", "staff /join/": "invitation",
}  # fmt: skip
# It names a person who has an account, and no clinic.
OF_PEOPLE = "staff /login/reset/"


def kind_of(route: Route) -> str:
    return next((kind for start, kind in MADE_FOR.items() if str(route).startswith(start)), "")


def routes() -> list[Route]:
    found = [route for route in all_routes() if "token" in route.arguments]
    return [route for route in found if not str(route).startswith(OF_PEOPLE)]


def forged(route: Route, mine: World, theirs: World) -> Iterator[tuple[str, str, str]]:
    """What it is, a token that `theirs` never wrote for this address, and the same that names nothing."""
    made_for = kind_of(route)
    for name, kind in KINDS.items():
        named = kind.object_of(theirs)
        pair = (named, UUID(int=named.int ^ 1))
        ours = [kind.of(mine, each) for each in pair]
        yield f"{name} in our name", ours[0], ours[1]
        if name not in {"preview", "portal"}:
            renamed = [_renamed(token, theirs) for token in ours]
            yield f"{name} in their name", renamed[0], renamed[1]
        if name not in {made_for, "preview"}:
            genuine = [kind.of(theirs, each) for each in pair]
            yield f"their own of another kind, {name}", genuine[0], genuine[1]


def _renamed(token: str, theirs: World) -> str:
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return urlsafe_b64encode(theirs.tenant.id.bytes + raw[16:]).decode()


@dataclass(frozen=True)
class Holder:
    """Somebody of `world` who may be at each host: signed in, and with a message open in the portal."""

    world: World
    browsers: dict[str, Client] = field(default_factory=dict)

    def browser(self, host: str) -> Client:
        if host not in self.browsers:
            make = {"staff": self._signed_in, "portal": self._proven}
            self.browsers[host] = make.get(host, lambda: _at(host))()
        return self.browsers[host]

    def _signed_in(self) -> Client:
        return browser_of(self.world.people[Role.OWNER])

    def _proven(self) -> Client:
        """In whose browser a message of their own is open."""
        with tenant_scope(self.world.tenant.id):
            item = self.world.item
            browser, gate = _at("portal"), f"/m/{token_of(item.id)}"
            browser.post(gate, {"proof": keys.proof(item.notice_link_key, item.id).hex()})
            answer = browser.post(f"{gate}/check", BORN | {"code": mailed_code(item)})
        assert answer.status_code == 302
        return browser


def _at(host: str) -> Client:
    return Client(headers={"host": settings.HOSTS[host]})
