"""The patient's own page, on the host of links: no account, no script needed, nothing about them in the address."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST

from accounts import display
from accounts.http import address_of
from accounts.permissions import public
from contacts import tokens
from contacts.models import Contact
from contacts.models.consent import UNPROTECTED
from contacts.preference_words import WORDS, language_for
from contacts.preferences import TOPICS, Choices, choices_from
from contacts.services import preferences as services
from tenancy.models import Tenant
from tenancy.scope import current_tenant_id, tenant_scope

UNDO_COOKIE = "sealpost_undo"
UNDO_SECONDS = 600
_TOPIC_KEYS = frozenset(topic.key for topic in TOPICS)

Page = Callable[[HttpRequest, Contact], HttpResponse]


def with_person(page: Page) -> Callable[[HttpRequest, str], HttpResponse]:
    """The person that the link names, in the scope of their clinic; any other link is broken."""

    @wraps(page)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            tenant_id, contact_id = tokens.read(tokens.PREFERENCES, token)
        except tokens.TokenBroken:
            return broken(request)
        with tenant_scope(tenant_id):
            contact = Contact.objects.filter(pk=contact_id).first()
            return broken(request) if contact is None else page(request, contact)

    return opened


@public("patients have no account: the link in their mail names them")
@require_http_methods(["GET", "POST"])
@with_person
def preferences(request: HttpRequest, contact: Contact) -> HttpResponse:
    if request.method == "POST":
        return save(request, contact)
    return show(request, contact)


@public("undoes what was chosen a moment ago on the same page")
@require_POST
@with_person
def undo(request: HttpRequest, contact: Contact) -> HttpResponse:
    before = undoable(request, contact)
    language = language_of(request, contact)
    if before is not None:
        services.choose(contact, before, language=language, address=address_of(request))
    response = redirect(f"{here(contact)}?lang={language}&done=undone")
    response.delete_cookie(UNDO_COOKIE, path="/p/")
    return response


def save(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Do what the pressed button says, and remember for ten minutes how it was."""
    language, address = language_of(request, contact), address_of(request)
    if request.POST.get("action") == "not_me":
        services.not_me(contact, language=language, address=address)
        return redirect(f"{here(contact)}?lang={language}&done=not_me_done")
    if request.POST.get("action") == "protect":
        services.want_protection(contact, language=language, address=address)
        return redirect(f"{here(contact)}?lang={language}&done=protected")
    was = services.choose(contact, wanted_by(request, contact), language=language, address=address)
    response = redirect(f"{here(contact)}?lang={language}&done=saved")
    response.set_signed_cookie(
        UNDO_COOKIE,
        json.dumps({"contact": str(contact.pk), **was.as_record()}),
        max_age=UNDO_SECONDS,
        path="/p/",
        secure=request.is_secure(),
        httponly=True,
        samesite="Strict",
    )
    return response


def wanted_by(request: HttpRequest, contact: Contact) -> Choices:
    """What the form asks for; the large buttons change one thing and leave the rest."""
    now = services.choices_of(contact)
    match request.POST.get("action"):
        case "stop":
            return replace(now, is_stopped=True, is_paused=False)
        case "pause":
            return replace(now, is_paused=True)
        case "back":
            return replace(now, is_stopped=False, is_paused=False)
    if now.is_stopped:  # a page from before the stop; the choices wait for the return
        return now
    return replace(
        now,
        topics=frozenset(request.POST.getlist("topic")) & _TOPIC_KEYS,
        prefers_portal=request.POST.get("how") == "portal",
        refuses_counting="uncounted" in request.POST,
    )


def show(request: HttpRequest, contact: Contact) -> HttpResponse:
    language = language_of(request, contact)
    words = WORDS[language]
    choices = services.choices_of(contact)
    tenant = Tenant.objects.get(pk=current_tenant_id())
    done = request.GET.get("done", "")
    until = contact.paused_until
    context = {
        "words": words,
        "language": language,
        "clinic": {"name": tenant.name},
        "lead": words["lead"].format(address=display.mask(str(contact.identity.get("email", "")))),
        "why": words["why_text"].format(clinic=tenant.name),
        "choices": choices,
        "is_unprotected": contact.consents.get(UNPROTECTED) == "granted",
        "topics": [
            (topic.key, words[topic.key], words[f"{topic.key}_about"], topic.key in choices.topics)
            for topic in TOPICS
        ],
        "is_paused": words["is_paused"].format(until=day_in(language, until)) if until else "",
        "done": words[done] if done in {"saved", "undone", "not_me_done", "protected"} else "",
        "may_undo": done == "saved" and undoable(request, contact) is not None,
        "page_url": here(contact),
        "undo_url": reverse("preferences:undo", args=[link_token(contact)]),
    }
    return render(request, "contacts/preferences.html", context)


def day_in(language: str, moment: datetime) -> str:
    """The day as it is written in the language of the page."""
    with translation.override(language):
        return date_format(moment, "F j" if language == "en" else "j \\d\\e F")


def broken(request: HttpRequest) -> HttpResponse:
    language = language_for(request.GET.get("lang"), request.headers.get("Accept-Language"))
    context = {"words": WORDS[language], "language": language}
    return render(request, "contacts/preferences_broken.html", context, status=404)


def undoable(request: HttpRequest, contact: Contact) -> Choices | None:
    """How it was before the last change in this browser, if that was this person's."""
    stored = request.get_signed_cookie(UNDO_COOKIE, default="", max_age=UNDO_SECONDS)
    record = json.loads(stored) if stored else {}
    return choices_from(record) if record.get("contact") == str(contact.pk) else None


def language_of(request: HttpRequest, contact: Contact) -> str:
    chosen = request.POST.get("lang") or request.GET.get("lang")
    return language_for(chosen, contact.identity.get("language"))


def here(contact: Contact) -> str:
    return reverse("preferences:page", args=[link_token(contact)])


def link_token(contact: Contact) -> str:
    return tokens.make(tokens.PREFERENCES, contact.pk)
