"""Platform → Mail security: whether we can check other servers, and what others check of ours."""

from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import public, requires
from compliance import platform
from compliance import services as compliance
from compliance.bounce_policy import policy_text
from compliance.services import dkim_keys, own_domain
from delivery.doors import fresh_dns
from delivery.publishing import own_mail, records, trial
from delivery.publishing.records import Record, State
from delivery.publishing.trial import Trial
from delivery.wire import sts
from delivery.wire.dns import Dns
from tenancy import fetch
from tenancy.errors import DomainError
from tenancy.scope import platform_scope

# Somebody waits for the page; a server that needs longer is shown as silent.
SECONDS_FOR_A_QUESTION = 1.0
SECONDS_FOR_THE_FILE = 2.0

TRIALS = {
    Trial.CHECKS: ("good", "Checks signatures"),
    Trial.NOT_NAMED: ("wait", "Not named"),
    Trial.NO_ANSWER: ("bad", "Does not answer"),
    Trial.CHECKS_NOTHING: ("bad", "Does not check signatures"),
    Trial.BELIEVES_FORGERIES: ("bad", "Believes wrong signatures"),
}
STATES = {
    State.FOUND: ("good", "Published"),
    State.MISSING: ("wait", "Not published"),
    State.OTHER: ("bad", "Something else is there"),
    State.UNSIGNED: ("wait", "Published, but not signed"),
    State.UNKNOWN: ("draft", "No answer"),
}


@public("other mail servers read it before they bring us mail (RFC 8461 3.3)")
@require_GET
def policy(_request: HttpRequest) -> HttpResponse:
    text = policy_text(settings.PLATFORM_BOUNCE_HOST)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@requires("operator.tenants")
@require_GET
def mail_security(request: SignedInRequest) -> HttpResponse:
    host, domain = settings.PLATFORM_BOUNCE_HOST, platform.return_domain()
    dns = fresh_dns(patience=SECONDS_FOR_A_QUESTION)
    tried = _tried(dns)
    tone, state = TRIALS[tried]
    file_state = records.of_policy_file(domain, host, _door().get)
    context = {
        "host": host,
        "trial": {"outcome": tried.value, "tone": tone, "state": state},
        "resolver": settings.DELIVERY_DNS,
        "policy": policy_text(host),
        "policy_url": sts.policy_url(domain),
        "policy_state": STATES[file_state],
        "records": [_row(record) for record in _ours(domain, host, dns)],
        "has_certificate": _certificate() is not None,
        "address": settings.DELIVERY_ADDRESS,
        "sending_name": settings.DELIVERY_EHLO_NAME,
        "own": own_mail.shown(),
    }
    return render(request, "delivery/publishing/mail_security.html", context)


@requires("operator.tenants", step_up=True)
@require_POST
def make_keys(request: SignedInRequest) -> HttpResponse:
    """The first keys, or the next; present ones sign until the records of those are seen."""
    try:
        with platform_scope():
            own_domain.make_keys(actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "New keys are made. They sign once their records are seen.")
    return redirect("mail_security")


@requires("operator.tenants", step_up=True)
@require_POST
def discard_keys(request: SignedInRequest) -> HttpResponse:
    try:
        with platform_scope():
            if domain := own_domain.own_domain():
                dkim_keys.discard_next(domain, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The new keys are discarded. Nothing else has changed.")
    return redirect("mail_security")


@requires("operator.tenants")
@require_POST
def check_records(request: SignedInRequest) -> HttpResponse:
    """Ask the name system now; otherwise it happens every hour."""
    look_up: compliance.LookUp = import_string(settings.COMPLIANCE_DNS)
    with platform_scope():
        if domain := own_domain.own_domain():
            compliance.check_domain(domain, look_up, actor=request.actor)
    return redirect("mail_security")


def _door() -> fetch.Door:
    return replace(fetch.door(), seconds=SECONDS_FOR_THE_FILE)


def _tried(dns: Dns) -> Trial:
    if not settings.DELIVERY_DNS and not settings.DELIVERY_ZONE_FILE:
        return Trial.NOT_NAMED
    return trial.of_resolver(dns)


def _ours(domain: str, host: str, dns: Dns) -> list[Record]:
    found = [records.of_policy(domain, host, dns), records.of_reports(domain, dns)]
    if certificate := _certificate():
        found.append(records.of_key(host, certificate, dns))
    if settings.DELIVERY_ADDRESS:
        name, address = settings.DELIVERY_EHLO_NAME, settings.DELIVERY_ADDRESS
        found.append(records.of_sending_name(name, address, dns))
    return found


def _certificate() -> Path | None:
    """It lies where smtpd runs, which may be another machine."""
    path = Path(settings.SMTPD_CERTIFICATE_FILE)
    return path if path.is_file() else None


def _row(record: Record) -> dict[str, object]:
    tone, state = STATES[record.state]
    return {"record": record, "tone": tone, "state": state}
