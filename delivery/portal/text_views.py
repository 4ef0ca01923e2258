"""What became of a text with a code, for the page that waits for it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from accounts.permissions import public
from delivery.escrow import texts
from delivery.models import EscrowVisit
from delivery.portal.http import visit_page, words_of
from delivery.portal.views import FOR_PATIENTS


@public(FOR_PATIENTS)
@require_GET
@visit_page
def state(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    """Whether the page should ask again, and what it says meanwhile."""
    text = texts.latest(visit)
    if text is None:
        return JsonResponse({"waits": False, "words": words_of(request, visit)["code_spent"]})
    name = texts.state(text)
    words = words_of(request, visit)[f"phone_{name}"]
    return JsonResponse({"waits": name in ("under_way", "delayed"), "words": words})
