"""The list of campaigns, new ones, and the page of one: a checklist."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest, cursor_of
from accounts.permissions import may, requires
from campaigns import forecast_words, pages
from campaigns.forms import ROWS, NameForm, RowForm
from campaigns.models import Campaign, Template
from campaigns.queries import approvals, audience, listings, readiness, writing
from campaigns.recipes import recipes
from campaigns.services import drafts
from compliance import queries as compliance
from compliance.models import Policy
from segments.parsing import RuleInvalid
from tenancy.errors import DomainError

# More than anybody scrolls through; older ones are found by their own pages.
OFFERED = 200


@requires("campaigns.view")
@require_GET
def campaigns(request: SignedInRequest) -> HttpResponse:
    context = {
        "page": listings.campaigns(request.GET.get("state", ""), before=cursor_of(request)),
        "states": listings.STATES,
        "may_edit": may(request, "campaigns.edit"),
    }
    return render(request, "campaigns/campaigns.html", context)


@requires("campaigns.view")
@require_GET
def options(request: SignedInRequest) -> HttpResponse:
    """The choices of a list of campaigns on a page of another app: those that people may have got."""
    started = Campaign.objects.filter(status__in=Campaign.WAS_STARTED).order_by("-began_at")
    context = {"campaigns": started[:OFFERED], "chosen": request.GET.get("chosen", "")}
    return render(request, "campaigns/_options.html", context)


@requires("campaigns.edit")
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Recipes to start from; a blank one asks for its name and purpose."""
    form = NameForm(request.POST or None)
    if form.is_valid():
        created = drafts.create_blank(**form.cleaned_data, actor=request.actor)
        return redirect("campaigns:detail", created.pk)
    context = {
        "recipes": recipes().values(),
        "templates": listings.templates(),
        "form": form,
        "agreement": compliance.agreement_in_force(),
        "waiting": compliance.waiting_agreement(),
        "may_view": may(request, "baa.view"),
    }
    return render(request, "campaigns/new.html", context, status=422 if form.errors else 200)


@requires("campaigns.edit")
@require_POST
def create_from_recipe(request: SignedInRequest, recipe: str) -> HttpResponse:
    created = drafts.create_from_recipe(recipes()[recipe], actor=request.actor)
    return redirect("campaigns:detail", created.pk)


@requires("campaigns.edit")
@require_POST
def create_from_template(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    template = get_object_or_404(Template, pk=template_id)
    return redirect(
        "campaigns:detail", drafts.create_from_template(template, actor=request.actor).pk
    )


@requires("campaigns.view")
@require_GET
def campaign(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    editing = request.GET.get("edit", "") if may(request, "campaigns.edit") else ""
    return page(request, shown, editing=editing if shown.is_editable else "")


@requires("campaigns.edit")
@require_POST
def change(request: SignedInRequest, campaign_id: UUID, row: str) -> HttpResponse:
    """Save one row of the checklist."""
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    form = ROWS[row](request.POST)
    if form.is_valid():
        try:
            drafts.change(
                shown,
                form.changes(shown),
                version=form.cleaned_data["version"],
                actor=request.actor,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("campaigns:detail", shown.pk)
    return page(request, shown, editing=row, form=form)


@requires("campaigns.view")
@require_GET
def count(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    """The fragment that takes a look at everybody: waterfall, forecast, checks."""
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    try:
        found = audience.look(shown)
    except RuleInvalid as error:
        return render(request, "campaigns/_uncounted.html", {"reason": str(error)})
    context = {
        "campaign": shown,
        "audience": found,
        "steps": pages.waterfall(found),
        "receive_width": f"{100 * found.receive / (found.in_segment or 1):.2f}%",
        "forecast": forecast_words.counts(found),
        "forecast_words": forecast_words.label(found),
        "tls_reasons": forecast_words.tls_reasons(found),
        "other_reasons": forecast_words.other_reasons(found),
        "portal_reasons": forecast_words.portal_reasons(found),
        "domains_below": forecast_words.domains_below(found),
        "costs": forecast_words.costs(found, shown.purpose),
        "checks": readiness.checks(shown, found.facts()),
    }
    return render(request, "campaigns/_audience.html", context)


@requires("campaigns.edit")
@require_POST
def duplicate(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(listings.with_parts(), pk=campaign_id)
    return redirect("campaigns:detail", drafts.duplicate(shown, actor=request.actor).pk)


@requires("campaigns.edit")
@require_POST
def discard(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Campaign, pk=campaign_id)
    try:
        drafts.discard(shown, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("campaigns:detail", campaign_id)
    messages.success(request, "The campaign is discarded.")
    return redirect("campaigns:list")


def page(
    request: SignedInRequest,
    shown: Campaign,
    *,
    editing: str = "",
    form: RowForm | None = None,
) -> HttpResponse:
    """The checklist, with one row open if it is being changed."""
    checks = readiness.checks(shown)
    approval = approvals.latest(shown)
    context = {
        "campaign": shown,
        "subject": pages.subject_line(shown),
        "rows": pages.rows(shown, checks, editing=editing, form=form),
        "checks": checks,
        "approval": approval,
        "approval_words": pages.approval_words(approval),
        "meter": pages.phi_meter(shown.content, writing.schema()),
        "may_attest": compliance.policy().approval_mode == Policy.ApprovalMode.SELF_ATTESTATION,
        "colleagues": listings.colleagues(),
        **{name: may(request, f"campaigns.{name.removeprefix('may_')}") for name in MAY},
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "campaigns/campaign.html", context, status=status)


MAY = ("may_edit", "may_submit", "may_approve", "may_send", "may_stop")
