"""The page behind List-Unsubscribe. A GET shows it; only a POST stops mail (RFC 8058 3.1, 3.2)."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.permissions import public
from contacts.preference_words import WORDS as TOPIC_WORDS
from contacts.services import Evidence
from contacts.tokens import PREFERENCES, make
from delivery import unsubscribe
from delivery.portal.http import clinic, guarded, network_of, notice, words_of
from delivery.services import unsubscribing
from delivery.unsubscribe import LinkBroken
from tenancy.errors import DomainError
from tenancy.scope import tenant_scope


@csrf_exempt  # mailbox providers post without cookies; the signed token is the proof
@public("patients and mailbox providers have no account; the signed token names one message")
@require_http_methods(["GET", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponseBase:
    """Stops the kind of mail that the token's message was. Never redirects."""
    try:
        with tenant_scope(unsubscribe.tenant_of(token)):
            return guarded(request, _answer(request, token))
    except (LinkBroken, DomainError):
        broken = notice(request, words_of(request), "stop_broken", status=404)
        return guarded(request, broken)


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    message_id = unsubscribe.checked(token)
    contact, topic = unsubscribing.whose(message_id)
    words = words_of(request, language=str(contact.identity.get("language") or ""))
    sender = clinic()
    kind = TOPIC_WORDS[words["language"]][topic.key] if topic else words["stop_unnamed"]
    context: dict[str, object] = {
        "words": words,
        "clinic": sender,
        "is_stopped": request.method == "POST",
        "title": words["stop_title"].format(kind=kind),
        "lead": words["stop_lead"].format(clinic=sender.name),
        "choices_url": reverse("preferences:page", args=[make(PREFERENCES, contact.pk)]),
    }
    if request.method == "POST":
        evidence = Evidence(
            source="Unsubscribe link in a message",
            wording=words["stop_button"],
            address=network_of(request),
        )
        unsubscribing.unsubscribe(message_id, evidence=evidence)
        context["lead"] = words["stopped_lead"].format(clinic=sender.name)
    return render(request, "delivery/portal/stop_mail.html", context)
