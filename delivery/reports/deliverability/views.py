"""Reports → Deliverability: by mail operator and by recipient domain."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit import services as audit
from audit.services import Touched
from delivery.reports.deliverability import pages
from delivery.reports.deliverability.standing import ORDERS
from tenancy.spreadsheets import CONTENT_TYPE, csv_lines

TEMPLATE = "delivery/deliverability/page.html"


@requires("reports.view")
@require_GET
def deliverability(request: SignedInRequest) -> HttpResponse:
    """Small domains have no row of their own for those who may not see people."""
    days, sort = _days(request.GET.get("days", "")), request.GET.get("sort", "sent")
    first = request.GET.get("from", "0")
    if sort not in ORDERS or not first.isdecimal() or len(first) > 9:
        raise Http404
    may_see_people = may(request, "reports.people")
    page = pages.page(days, sort=sort, first=int(first), may_see_people=may_see_people)
    if may_see_people:
        _note(request, "deliverability.people_viewed", len(page.rows))
    context = _context(days, may_see_people=may_see_people) | {
        "page": page,
        "rows": [*page.rows, page.other] if page.other else page.rows,
        "columns": pages.columns(days, sort),
    }
    return render(request, TEMPLATE, context)


@requires("reports.view")
@require_POST
def search(request: SignedInRequest) -> HttpResponse:
    """By POST: the name of a small practice in a URL would tell whose patients get mail."""
    days, wanted = _days(request.POST.get("days", "")), request.POST.get("q", "").strip()
    may_see_people = may(request, "reports.people")
    rows = pages.found(wanted, days, may_see_people=may_see_people)
    _note(request, "deliverability.searched", len(rows))
    context = _context(days, may_see_people=may_see_people) | {"rows": rows, "wanted": wanted}
    return render(request, TEMPLATE, context)


@requires("reports.view")
@require_GET
def file(request: SignedInRequest) -> HttpResponse:
    days = _days(request.GET.get("days", ""))
    lines = list(pages.lines(days, may_see_people=may(request, "reports.people")))
    audit.record("deliverability.taken", actor=request.actor, rows=len(lines) - 1, days=days)
    response = HttpResponse(b"".join(csv_lines(lines)), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="deliverability.csv"'
    return response


def _days(said: str) -> int:
    """Raises Http404 for a period that is not kept."""
    if said and said not in map(str, pages.PERIODS):
        raise Http404
    return int(said or pages.PERIODS[0])


def _context(days: int, *, may_see_people: bool) -> dict[str, object]:
    return {
        "days": days,
        "periods": pages.PERIODS,
        "columns": [pages.Column(key, words, "", "") for key, words in pages.COLUMNS.items()],
        "may_see_people": may_see_people,
    }


def _note(request: SignedInRequest, action: str, rows: int) -> None:
    touched = Touched(classes=("message",), rows=rows)
    audit.record_reading(action, actor=request.actor, touched=touched)
