"""Templates and the brand."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from campaigns.forms import BrandForm, NameForm
from campaigns.models import Template
from campaigns.queries import listings, writing
from campaigns.recipes import recipes
from campaigns.services import drafts
from campaigns.services import templates as services
from tenancy.errors import DomainError


@requires("templates.view")
@require_GET
def templates(request: SignedInRequest) -> HttpResponse:
    context = {
        "templates": listings.templates(),
        "recipes": recipes().values(),
        "brand": writing.brand(),
        "may_edit": may(request, "templates.edit"),
        "may_start": may(request, "campaigns.edit"),
    }
    return render(request, "campaigns/templates.html", context)


@requires("templates.edit")
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    form = NameForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.create(**form.cleaned_data, document=drafts.EMPTY, actor=request.actor)
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            return redirect("templates:content", made.pk)
    context = {"form": form, "recipes": recipes().values()}
    return render(
        request, "campaigns/new_template.html", context, status=422 if form.errors else 200
    )


@requires("templates.edit")
@require_POST
def create_from_recipe(request: SignedInRequest, recipe: str) -> HttpResponse:
    made = services.create_from_recipe(recipes()[recipe], actor=request.actor)
    return redirect("templates:content", made.pk)


@requires("templates.edit")
@require_http_methods(["GET", "POST"])
def rename(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    template = get_object_or_404(Template, pk=template_id)
    known = {"name": template.name, "purpose": template.purpose}
    form = NameForm(request.POST or None, initial=known)
    if form.is_valid():
        try:
            services.rename(template, **form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            return redirect("templates:list")
    context = {"form": form, "template": template}
    status = 422 if form.errors else 200
    return render(request, "campaigns/rename_template.html", context, status=status)


@requires("templates.edit")
@require_POST
def archive(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    services.archive(get_object_or_404(Template, pk=template_id), actor=request.actor)
    messages.success(request, "The template is archived. Campaigns keep their content.")
    return redirect("templates:list")


@requires("templates.edit")
@require_http_methods(["GET", "POST"])
def brand(request: SignedInRequest) -> HttpResponse:
    """Postal address and websites: on every message."""
    known = writing.brand()
    initial = {"postal_address": known.postal_address, "websites": "\n".join(known.websites)}
    form = BrandForm(request.POST or None, initial=initial)
    if form.is_valid():
        services.set_brand(**form.cleaned_data, actor=request.actor)
        messages.success(request, "Saved. It holds for every message from now on.")
        return redirect("templates:list")
    status = 422 if form.errors else 200
    return render(request, "campaigns/brand.html", {"form": form}, status=status)
