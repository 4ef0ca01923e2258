"""The rail: where each entry leads and which pages belong to it."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Place:
    label: str
    icon: str
    url_name: str
    sections: tuple[str, ...]


MAIN = (
    Place("Home", "home", "home", ("home",)),
    Place("Contacts", "users", "contacts:list", ("contacts",)),
    Place("Segments", "filter", "segments:list", ("segments",)),
    Place("Campaigns", "send", "campaigns:list", ("campaigns",)),
    Place("Templates", "template", "templates:list", ("templates",)),
    Place("Reports", "chart-bar", "reports:list", ("reports",)),
)
ADMINISTRATION = (
    Place("Compliance", "shield-check", "compliance:home", ("compliance",)),
    Place("Settings", "settings", "settings:home", ("settings", "users", "domains", "account")),
)


@dataclass(frozen=True)
class Link:
    label: str
    icon: str
    url: str
    is_current: bool


def links(places: tuple[Place, ...], request: HttpRequest | None) -> list[Link]:
    """The places that exist on this host, with the one marked that the request is in."""
    section = section_of(request)
    found = []
    for place in places:
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            continue
        found.append(Link(place.label, place.icon, url, section in place.sections))
    return found


def section_of(request: HttpRequest | None) -> str:
    match = request.resolver_match if request else None
    if match is None:
        return ""
    return match.namespace.split(":")[0] or match.url_name or ""
