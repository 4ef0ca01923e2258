"""Reports → Lanes: how mail operators take what we send. Live: the table asks for itself."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import requires
from delivery.lanes import board
from delivery.warming import standing


@requires("reports.view")
@require_GET
def workspace(request: SignedInRequest) -> HttpResponse:
    """Whether the large operators take mail, what of the workspace's own waits, and its senders' warm-up."""
    context = {
        "rows": board.large_operators(),
        "waiting": board.waiting(),
        "plans": standing.all_of_them(),
    }
    return _page(request, "workspace", context)


@requires("operator.tenants")
@require_GET
def platform(request: SignedInRequest) -> HttpResponse:
    """All lanes with their figures: for the platform's staff, as lanes are shared by workspaces."""
    return _page(request, "platform", {"rows": board.rows()})


def _page(request: SignedInRequest, page: str, context: dict[str, object]) -> HttpResponse:
    fragment = "_" if request.headers.get("HX-Request") else ""
    return render(request, f"delivery/lanes/{fragment}{page}.html", context)
