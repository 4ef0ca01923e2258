"""The message log: narrowed by choices, searched by address, taken along without people."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit import services as audit
from audit.services import Touched
from campaigns.queries import naming
from delivery.models import Message
from delivery.reports import filters, messages
from delivery.reports.log_form import LogForm
from delivery.reports.reasons import in_words
from tenancy.spreadsheets import CONTENT_TYPE, csv_lines

# A file of more is a segment's or a campaign's.
MOST_ROWS = 50_000
COLUMNS = ("id", "cause", "cause_id", "status", "route", "reason", "tls_version", "attempts")
HEADS = [
    "Message", "Made by", "Campaign", "State", "Route", "Why", "TLS", "Tries", "Made", "Settled",
]  # fmt: skip


@requires("reports.people")
@require_GET
def log(request: SignedInRequest) -> HttpResponse:
    form = _form(request)
    state = form.cleaned_data["state"]
    return _page(
        request, form.found(), before=request.GET.get("before", ""), form=form, state=state
    )


@requires("reports.people")
@require_POST
def search(request: SignedInRequest) -> HttpResponse:
    """By POST, so that the address that was searched for is in no URL, history or log."""
    wanted, before = (request.POST.get(name, "") for name in ("q", "before"))
    return _page(request, messages.search(wanted), before=before, wanted=wanted)


@requires("reports.people")
@require_GET
def file(request: SignedInRequest) -> HttpResponse:
    """The newest messages of the choice as a file: ids and what became of them, and nobody's name."""
    rows = list(_lines(_form(request).found()))
    touched = Touched(classes=("message",), rows=len(rows))
    audit.record_reading("messages.taken", actor=request.actor, touched=touched)
    response = HttpResponse(b"".join(csv_lines([HEADS, *rows])), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="messages.csv"'
    return response


def _form(request: SignedInRequest) -> LogForm:
    """Raises Http404 for what is no choice of the page."""
    form = LogForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form


def _lines(found: QuerySet[Message]) -> Iterator[list[str]]:
    rows = list(found.order_by("-id").values(*COLUMNS, "created_at", "settled_at")[:MOST_ROWS])
    campaigns = naming.names({row["cause_id"] for row in rows if row["cause"] == "campaign"})
    for row in rows:
        yield [
            str(row["id"]),
            Message.Cause(row["cause"]).label,
            campaigns.get(row["cause_id"], ""),
            Message.Status(row["status"]).label,
            Message.Route(row["route"]).label if row["route"] else "",
            in_words(row["reason"]) if row["reason"] else "",
            row["tls_version"],
            str(row["attempts"]),
            row["created_at"].isoformat(timespec="seconds"),
            row["settled_at"].isoformat(timespec="seconds") if row["settled_at"] else "",
        ]


def _page(
    request: SignedInRequest,
    found: QuerySet[Message],
    *,
    before: str,
    form: LogForm | None = None,
    wanted: str = "",
    state: str = "",
) -> HttpResponse:
    page = messages.page(found, before=messages.cursor(before))
    touched = Touched(classes=("message",), rows=len(page.rows))
    action = "messages.searched" if wanted else "messages.people_viewed"
    audit.record_reading(action, actor=request.actor, touched=touched)
    context = {
        "page": page,
        "form": form,
        "wanted": wanted,
        "state": state,
        "states": filters.STATES,
        "total": found.count(),
        "shows_campaign": may(request, "campaigns.view"),
    }
    return render(request, "delivery/reports/log.html", context)
