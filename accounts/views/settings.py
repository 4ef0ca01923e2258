"""The list of settings pages. Each app brings its own; this page only knows their names."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import may, requires


@dataclass(frozen=True)
class Entry:
    title: str
    about: str
    icon: str
    url_name: str
    permission: str


ENTRIES = (
    Entry("People", "Who works here, in which role.", "users", "users:list", "users.view"),
    Entry(
        "Security",
        "Which factors people use, and how long a session lasts.",
        "shield-check",
        "security:rules",
        "users.view",
    ),
    Entry(
        "Networks",
        "From where this workspace opens.",
        "lock",
        "networks:list",
        "users.edit",
    ),
    Entry(
        "Emergency access",
        "Who took sight of PHI, why, and who signed it off.",
        "eye",
        "emergencies:list",
        "users.view",
    ),
    Entry(
        "Support access",
        "A window for our staff, who never see PHI.",
        "lock-open",
        "support:list",
        "users.view",
    ),
    Entry(
        "Requests",
        "What needs a second person, and what became of it.",
        "hourglass",
        "requests:list",
        "settings.view",
    ),
    Entry(
        "Sender domains",
        "The records that prove your mail is yours.",
        "world",
        "domains:list",
        "domains.view",
    ),
    Entry(
        "Contact fields",
        "What you know about people, and its PHI class.",
        "list-check",
        "contacts:attributes",
        "contacts.view",
    ),
    Entry(
        "Policy",
        "Approval, TLS, portal, caps and quiet hours.",
        "adjustments-horizontal",
        "compliance:policy",
        "policy.view",
    ),
    Entry(
        "Posture",
        "Which safeguards are met, and which are not.",
        "shield-check",
        "compliance:posture",
        "policy.view",
    ),
    Entry(
        "Retention",
        "How long data stays, what goes when, and legal holds.",
        "clock",
        "retention:settings",
        "policy.view",
    ),
    Entry(
        "Suppressed addresses",
        "Who gets no mail, and why.",
        "ban",
        "compliance:suppressions",
        "suppressions.view",
    ),
    Entry(
        "Agreement",
        "The business associate agreement and what it permits.",
        "certificate",
        "compliance:agreement",
        "baa.view",
    ),
    Entry(
        "API keys",
        "Machines that send us people and events.",
        "key",
        "api_keys:list",
        "api_keys.view",
    ),
    Entry(
        "Mail from systems",
        "Where other systems hand over messages, and how.",
        "send",
        "systems:ways",
        "api_keys.view",
    ),
    Entry(
        "Encryption keys",
        "Which key seals your data, and a new one for it.",
        "lock",
        "keys:index",
        "keys.view",
    ),
    Entry(
        "End of this workspace",
        "Stop everything, take the data along, and have it destroyed.",
        "player-stop",
        "ending:index",
        "ending.view",
    ),
    Entry(
        "Your account",
        "Name, time zone, password and recovery codes.",
        "user",
        "accounts:profile",
        "account.own",
    ),
)


@requires("settings.view")
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    entries = [
        {"entry": entry, "url": url}
        for entry in ENTRIES
        if may(request, entry.permission) and (url := url_of(entry.url_name))
    ]
    return render(request, "accounts/settings.html", {"entries": entries})


def url_of(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
