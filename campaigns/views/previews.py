"""Looking at a message as somebody: the staff's page, and the host that shows the rendering."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, public, requires
from audit import services as audit
from audit.services import Touched
from campaigns.content.problems import ContentRefused
from campaigns.forms import ReasonForm
from campaigns.models import Campaign, Template
from campaigns.queries import listings, previews
from campaigns.queries.previews import View
from tenancy.scope import tenant_scope


@requires("contacts.view")
@require_GET
def campaign(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(listings.with_parts(), pk=campaign_id), is_shown=False)


@requires("contacts.view")
@require_GET
def template(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(Template, pk=template_id), is_shown=False)


@requires("contacts.reveal", step_up=True)
@require_POST
def show_campaign(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    return _shown(request, get_object_or_404(listings.with_parts(), pk=campaign_id))


@requires("contacts.reveal", step_up=True)
@require_POST
def show_template(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    return _shown(request, get_object_or_404(Template, pk=template_id))


@public("a signed link that leads to one rendering for ten minutes")
@require_GET
def rendering(_request: HttpRequest, token: str) -> HttpResponse:
    """The message itself, on a host of its own, in a sandbox without script."""
    try:
        pointer = previews.read_pointer(token)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    with tenant_scope(pointer.tenant_id):
        response = _rendering(pointer)
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src https:; sandbox; "
        f"frame-ancestors {settings.ORIGINS['staff']}; base-uri 'none'; form-action 'none'"
    )
    return response


def _rendering(pointer: previews.Pointer) -> HttpResponse:
    try:
        rendered = previews.rendered(pointer)
    except ContentRefused as refused:
        text = "\n".join(problem.message for problem in refused.problems)
        return HttpResponse(f"Not ready yet:\n\n{text}", content_type="text/plain; charset=utf-8")
    except (Campaign.DoesNotExist, Template.DoesNotExist) as error:
        raise Http404 from error
    if pointer.view == View.TEXT:
        return HttpResponse(rendered.text, content_type="text/plain; charset=utf-8")
    return HttpResponse(rendered.html)


def _shown(request: SignedInRequest, source: Campaign | Template) -> HttpResponse:
    """With real values, once: the reason is kept, and the next person is masked again."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, source, is_shown=False, form=form)
    return _page(request, source, is_shown=True)


def _page(
    request: SignedInRequest,
    source: Campaign | Template,
    *,
    is_shown: bool,
    form: ReasonForm | None = None,
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    place = asked.get("n", "0")
    sample = previews.sample(source, int(place) if place.isdecimal() else 0)
    if is_shown and sample.person is not None:
        audit.record_reading(
            "contacts.previewed",
            actor=request.actor,
            on=source,
            touched=Touched(classes=("message",), rows=1, purpose=source.purpose),
            contact=str(sample.person.contact_id),
            why=request.POST["reason"],
        )
    view = View.TEXT if asked.get("view") == View.TEXT else View.HTML
    context = {
        "source": source,
        "is_campaign": isinstance(source, Campaign),
        "sample": sample,
        "view": view,
        "width": "phone" if asked.get("width") == "phone" else "desktop",
        "url": previews.point_to(source, sample.person, view, is_shown=is_shown).url(),
        "is_shown": is_shown,
        "form": form or ReasonForm(),
        "may_reveal": may(request, "contacts.reveal"),
    }
    status = 422 if form is not None else 200
    return render(request, "campaigns/preview.html", context, status=status)
