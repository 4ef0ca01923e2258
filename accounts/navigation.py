"""The rail: where each entry leads and which pages belong to it."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.permissions import may


@dataclass(frozen=True)
class Place:
    label: str
    icon: str
    url_name: str
    permission: str
    sections: tuple[str, ...]


MAIN = (
    Place("Home", "home", "home", "reports.view", ("home",)),
    Place(
        "Contacts",
        "users",
        "contacts:list",
        "contacts.view",
        ("contacts", "contact_portal", "contact_portal_agree"),
    ),
    Place("Segments", "filter", "segments:list", "segments.view", ("segments",)),
    Place("Campaigns", "send", "campaigns:list", "campaigns.view", ("campaigns",)),
    Place("Templates", "template", "templates:list", "templates.view", ("templates",)),
    Place(
        "Reports",
        "chart-bar",
        "reports:list",
        "reports.view",
        ("reports", "messages", "replies", "undelivered", "domain_security"),
    ),
    Place(
        "Workspaces", "building", "operator:workspaces", "operator.tenants", ("operator", "endings")
    ),
    Place("Lanes", "send", "lanes:platform", "operator.tenants", ("lanes", "warm_up:addresses")),
    Place(
        "Mail security", "lock", "mail_security", "operator.tenants", ("mail_security", "tls_sent")
    ),
    Place("Agreements", "certificate", "agreements:list", "operator.tenants", ("agreements",)),
    Place(
        "Platform log", "history", "platform_log:archives", "operator.tenants", ("platform_log",)
    ),
)
ADMINISTRATION = (
    Place("Sandbox inbox", "inbox", "sandbox:inbox", "reports.view", ("sandbox",)),
    Place(
        "Compliance",
        "shield-check",
        "compliance:home",
        "policy.view",
        ("compliance", "contacts:looks"),
    ),
    Place(
        "Settings",
        "settings",
        "settings:home",
        "settings.view",
        (
            "settings",
            "users",
            "domains",
            "tls_reports",
            "warm_up:domain",
            "api_keys",
            "systems",
            "keys",
            "requests",
            "networks",
            "retention",
            "emergencies",
            "support",
            "security",
            "contacts:attributes",
            "contacts:attribute_add",
            "contacts:attribute_edit",
            "ending",
        ),
    ),
)

# Pages that belong elsewhere than the app that serves them.
LODGERS = frozenset(
    section for place in (*MAIN, *ADMINISTRATION) for section in place.sections if ":" in section
)


@dataclass(frozen=True)
class Link:
    label: str
    icon: str
    url: str
    is_current: bool


def links(places: tuple[Place, ...], request: HttpRequest | None) -> list[Link]:
    """The places that the person may go to, with the one marked that the request is in."""
    if request is None:
        return []
    section = section_of(request)
    found = []
    for place in places:
        if not may(request, place.permission):
            continue
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            continue
        found.append(Link(place.label, place.icon, url, section in place.sections))
    return found


def section_of(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    if match.view_name in LODGERS:
        return match.view_name
    return match.namespace.split(":")[0] or match.url_name or ""
