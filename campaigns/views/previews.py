"""Looking at a message as somebody: the staff's page, and the host that shows the rendering."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, public, requires
from campaigns.content.problems import ContentRefused
from campaigns.models import Campaign, Template
from campaigns.queries import listings, previews
from campaigns.queries.previews import Sample, View
from campaigns.services import showing
from contacts.forms import RevealForm
from contacts.models import Contact
from contacts.services.looks import TooManyLooks
from tenancy.scope import tenant_scope


@requires("contacts.view")
@require_GET
def campaign(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    source = get_object_or_404(listings.with_parts(), pk=campaign_id)
    return _page(request, source, _sample(request, source))


@requires("contacts.view")
@require_GET
def template(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    source = get_object_or_404(Template, pk=template_id)
    return _page(request, source, _sample(request, source))


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
    form = RevealForm(request.POST)
    sample = _sample(request, source)
    if not form.is_valid():
        return _page(request, source, sample, form=form)
    contact = get_object_or_404(Contact, pk=sample.person.contact_id if sample.person else None)
    try:
        showing.show(source, contact, reason=form.sentence, actor=request.actor)
    except TooManyLooks as error:
        return _page(request, source, sample, problem=str(error))
    return _page(request, source, sample, is_shown=True)


def _page(
    request: SignedInRequest,
    source: Campaign | Template,
    sample: Sample,
    *,
    is_shown: bool = False,
    form: RevealForm | None = None,
    problem: str = "",
) -> HttpResponse:
    asked = _asked(request)
    view = View.TEXT if asked.get("view") == View.TEXT else View.HTML
    context = {
        "source": source,
        "is_campaign": isinstance(source, Campaign),
        "sample": sample,
        "view": view,
        "width": "phone" if asked.get("width") == "phone" else "desktop",
        "url": previews.point_to(source, sample.person, view, is_shown=is_shown).url(),
        "is_shown": is_shown,
        "form": form or RevealForm(),
        "problem": problem,
        "may_reveal": may(request, "contacts.reveal"),
    }
    status = 422 if form is not None or problem else 200
    return render(request, "campaigns/preview.html", context, status=status)


def _asked(request: SignedInRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _sample(request: SignedInRequest, source: Campaign | Template) -> Sample:
    place = _asked(request).get("n", "0")
    return previews.sample(source, int(place) if place.isdecimal() else 0)
