"""The sandbox's mailboxes: what its mail servers received. Only there with SANDBOX_MAIL_DIR."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import may, public, requires
from delivery import sandbox_inbox
from delivery.reports.messages import Addressee, addressees
from delivery.sandbox_sight import seen_by, texts_seen_by
from delivery.texting import sandbox
from tenancy.origins import url_on

LISTED = 100
SALT = "sandbox-letter"
SHOWN_FOR = 600  # seconds that a link to a rendering works
OPENS_BESIDE = '<base target="_blank">'


@requires("reports.view")
@require_GET
def inbox(request: SignedInRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    found = seen_by(request, sandbox_inbox.arrivals(_root(), wanted=wanted))
    letters = [sandbox_inbox.letter(_root(), each.domain, each.name) for each in found[:LISTED]]
    rows = list(zip(letters, _addressees(request, letters), strict=True))
    context = {"rows": rows, "total": len(found), "wanted": wanted, "texts": _texts(request)}
    return render(request, "delivery/sandbox/inbox.html", context)


@requires("reports.view")
@require_GET
def letter(request: SignedInRequest, domain: str, name: UUID) -> HttpResponse:
    shown = _letter(domain, name)
    if not seen_by(request, [shown.arrival]):
        raise Http404
    pointer = signing.dumps([domain, str(name)], salt=SALT)
    (addressee,) = _addressees(request, [shown])
    context = {
        "letter": shown,
        "addressee": addressee,
        "frame_url": url_on("preview", f"/sandbox/{pointer}/"),
    }
    return render(request, "delivery/sandbox/letter.html", context)


@public("a signed link that leads to one received message for ten minutes")
@require_GET
def rendering(_request: HttpRequest, pointer: str) -> HttpResponse:
    """The message as a mail program shows it, on a host of its own, in a sandbox without script."""
    try:
        domain, name = signing.loads(pointer, salt=SALT, max_age=SHOWN_FOR)
    except signing.BadSignature as error:
        raise Http404 from error
    shown = _letter(domain, UUID(name))
    body = shown.html or f"<pre>{escape(shown.text)}</pre>"
    response = HttpResponse(OPENS_BESIDE + body)
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; "
        "sandbox allow-popups allow-popups-to-escape-sandbox; "
        f"frame-ancestors {settings.ORIGINS['staff']}; form-action 'none'"
    )
    return response


def _addressees(
    request: SignedInRequest, letters: Sequence[sandbox_inbox.Letter]
) -> list[Addressee | None]:
    """Families share an address, and no header of ours holds a name: the ledger tells whose it is."""
    if not may(request, "contacts.view"):
        return [None] * len(letters)
    ids = [each.arrival.message_id for each in letters]
    known = addressees([each for each in ids if each])
    return [known.get(each) if each else None for each in ids]


def _texts(request: SignedInRequest) -> list[sandbox.ReceivedText]:
    folder = settings.TEXT_GATEWAY.folder
    return texts_seen_by(request, sandbox.received(Path(folder)))[:LISTED] if folder else []


def _root() -> Path:
    return Path(settings.SANDBOX_MAIL_DIR)


def _letter(domain: str, name: UUID) -> sandbox_inbox.Letter:
    try:
        return sandbox_inbox.letter(_root(), domain, name)
    except FileNotFoundError as error:
        raise Http404 from error
