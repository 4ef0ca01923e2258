"""The proof of one message's encryption as a sheet of paper: for a file, an auditor, or a patient who asks."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import requires
from audit import services as audit
from audit.services import Touched
from delivery.models import Message
from delivery.reports import messages
from delivery.reports.reasons import LEVELS
from delivery.wire.levels import Level
from tenancy import clock


@requires("reports.people")
@require_GET
def proof(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """Not found while nothing is proven: a sheet without a proof could pass for one."""
    shown = get_object_or_404(Message, pk=message_id)
    story = messages.whole(shown)
    if story.proof is None and story.item is None:
        raise Http404
    touched = Touched(classes=("message",), rows=1)
    audit.record_reading("message.proof_viewed", actor=request.actor, on=shown, touched=touched)
    context = {
        "story": story,
        "required": LEVELS[Level(shown.required_level).name] if shown.required_level else "",
        "sender_domain": shown.message_id.rpartition("@")[2].rstrip(">"),
        "made_at": clock.now(),
    }
    return render(request, "delivery/reports/proof.html", context)
