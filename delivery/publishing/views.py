"""Platform → Mail security: whether we can check other servers, and what others check of ours."""

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from accounts.permissions import requires
from delivery.doors import fresh_dns
from delivery.publishing import records, trial
from delivery.publishing.records import Record, State
from delivery.publishing.trial import Trial
from delivery.wire import sts
from delivery.wire.dns import Dns

# Somebody waits for the page; a name server that needs longer is shown as silent.
SECONDS_FOR_A_QUESTION = 1.0

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
    State.UNSIGNED: ("wait", "Published, but not signed"),
    State.UNKNOWN: ("draft", "No answer"),
}


@requires("operator.tenants")
@require_GET
def mail_security(request: SignedInRequest) -> HttpResponse:
    host, dns = settings.PLATFORM_BOUNCE_HOST, fresh_dns(patience=SECONDS_FOR_A_QUESTION)
    tried = _tried(dns)
    tone, state = TRIALS[tried]
    context = {
        "host": host,
        "trial": {"outcome": tried.value, "tone": tone, "state": state},
        "resolver": settings.DELIVERY_DNS,
        "policy": records.policy_text(host),
        "policy_url": sts.policy_url(host),
        "records": [_row(record) for record in _ours(host, dns)],
        "has_certificate": _certificate() is not None,
    }
    return render(request, "delivery/publishing/mail_security.html", context)


def _tried(dns: Dns) -> Trial:
    if not settings.DELIVERY_DNS and not settings.DELIVERY_DNS_FILE:
        return Trial.NOT_NAMED
    return trial.of_resolver(dns)


def _ours(host: str, dns: Dns) -> list[Record]:
    found = [records.of_policy(host, dns)]
    if certificate := _certificate():
        found.append(records.of_key(host, certificate, dns))
    return found


def _certificate() -> Path | None:
    """It lies where smtpd runs, which may be another machine."""
    path = Path(settings.SMTPD_CERTIFICATE_FILE)
    return path if path.is_file() else None


def _row(record: Record) -> dict[str, object]:
    tone, state = STATES[record.state]
    return {"record": record, "tone": tone, "state": state}
