"""The two lists of what waits for somebody."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest, cursor_of
from accounts.permissions import may, requires
from audit import services as audit
from audit.services import Touched
from delivery.escrow import reply_files
from delivery.escrow.file_kinds import KINDS
from delivery.models import Message, Reply, ReplyFile
from delivery.reports import messages
from delivery.reports.worklists import replies, undelivered
from tenancy.errors import DomainError


@requires("reports.people")
@require_GET
def reply_list(request: SignedInRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    if state not in replies.STATES:
        raise Http404
    rows, older = replies.page(replies.in_state(state), before=cursor_of(request))
    touched = Touched(classes=("message",), rows=len(rows))
    audit.record_reading("replies.people_viewed", actor=request.actor, touched=touched)
    context = {"rows": rows, "older": older, "state": state, "states": replies.STATES}
    return render(request, "delivery/worklists/replies.html", context)


@requires("reports.people")
@require_GET
def reply(request: SignedInRequest, reply_id: UUID) -> HttpResponse:
    """Who wrote when; what was written is shown by `read` alone."""
    return _reply(request, get_object_or_404(Reply, pk=reply_id))


@requires("contacts.reveal", step_up=True)
@require_POST
def read(request: SignedInRequest, reply_id: UUID) -> HttpResponse:
    shown = get_object_or_404(Reply.objects.select_related("message__contact"), pk=reply_id)
    try:
        replies.look(shown, actor=request.actor)
    except DomainError as error:
        return _reply(request, shown, problem=str(error))
    return _reply(request, shown, is_open=True)


@requires("contacts.reveal", step_up=True)
@require_POST
def reply_file(request: SignedInRequest, reply_file_id: UUID) -> HttpResponse:
    """To be saved, never shown; its own name is in the page alone, as headers may be written down."""
    found = ReplyFile.objects.select_related("reply__message__contact")
    file = get_object_or_404(found, pk=reply_file_id)
    try:
        content = replies.save_file(file, actor=request.actor)
    except DomainError as error:
        return _reply(request, file.reply, problem=str(error))
    name = f"file-{file.position}.{KINDS[file.media_type]}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=file.media_type, headers=disposition)


def _reply(
    request: SignedInRequest, shown: Reply, *, is_open: bool = False, problem: str = ""
) -> HttpResponse:
    (row,) = replies.rows([shown])
    context = {
        "reply": shown,
        "addressee": row.addressee,
        "is_open": is_open,
        "files": reply_files.of(shown) if is_open else [],
        "problem": problem,
        "may_read": may(request, "contacts.reveal"),
        "may_settle": may(request, "undelivered.settle"),
    }
    return render(request, "delivery/worklists/reply.html", context, status=422 if problem else 200)


@requires("undelivered.settle")
@require_POST
def reply_done(request: SignedInRequest, reply_id: UUID) -> HttpResponse:
    replies.set_done(get_object_or_404(Reply, pk=reply_id), actor=request.actor)
    notices.success(request, "It is done, and out of the list.")
    return redirect("replies:list")


@requires("undelivered.settle")
@require_POST
def reply_waiting(request: SignedInRequest, reply_id: UUID) -> HttpResponse:
    replies.set_waiting(get_object_or_404(Reply, pk=reply_id), actor=request.actor)
    notices.success(request, "It waits for an answer again.")
    return redirect("replies:detail", reply_id)


@requires("reports.people")
@require_GET
def undelivered_list(request: SignedInRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    if state not in undelivered.STATES:
        raise Http404
    found = undelivered.in_state(state)
    page = messages.page(found, before=cursor_of(request))
    touched = Touched(classes=("message",), rows=len(page.rows))
    audit.record_reading("undelivered.people_viewed", actor=request.actor, touched=touched)
    context = {
        "cases": undelivered.cases(page),
        "older": page.older,
        "state": state,
        "states": undelivered.STATES,
        "total": found.count(),
    }
    return render(request, "delivery/worklists/undelivered.html", context)


@requires("reports.people")
@require_GET
def case(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    return _case(request, get_object_or_404(Message, pk=message_id))


@requires("undelivered.settle")
@require_POST
def assign(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id)
    try:
        undelivered.assign(message, actor=request.actor)
    except DomainError as error:
        return _case(request, message, problem=str(error))
    notices.success(request, "You look after it from now on.")
    return redirect("undelivered:case", message_id)


@requires("undelivered.settle")
@require_POST
def settle(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id)
    said = {name: request.POST.get(name, "") for name in ("outcome", "note")}
    try:
        undelivered.settle(message, **said, actor=request.actor)
    except DomainError as error:
        return _case(request, message, problem=str(error))
    notices.success(request, "It is kept how the person was told.")
    return redirect("undelivered:list")


@requires("campaigns.send")
@require_POST
def send_again(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id)
    try:
        undelivered.send_again(message, actor=request.actor)
    except DomainError as error:
        return _case(request, message, problem=str(error))
    notices.success(request, "It is sent once more.")
    return redirect("messages:story", message_id)


def _case(request: SignedInRequest, message: Message, *, problem: str = "") -> HttpResponse:
    touched = Touched(classes=("message",), rows=1)
    audit.record_reading("undelivered.people_viewed", actor=request.actor, touched=touched)
    context = {
        "case": undelivered.case_of(message),
        "tried": undelivered.tried(message),
        "outcomes": [(each.value, each.label) for each in undelivered.SAID],
        "problem": problem,
        "may_settle": may(request, "undelivered.settle"),
        "may_send": may(request, "campaigns.send") and message.status == "uncertain",
        "may_see_person": may(request, "contacts.view"),
    }
    status = 422 if problem else 200
    return render(request, "delivery/worklists/case.html", context, status=status)
