"""Failed tries, counted by account, by network and by both; the rows' keys tell neither."""

from datetime import timedelta

from django.db import transaction

from accounts import delays
from accounts.models import SignInFailures
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.keyring import current_keys


class TooManyTries(DomainError):
    """The next try has to wait."""


def subjects_of(email: str, address: str) -> dict[str, str]:
    """Under which names a try for this account from this place is counted."""
    network = delays.address_group(address)
    return {"pair": f"{email}|{network}", "account": email, "address": network}


def refuse_while_waiting(kind: str, subject: str) -> None:
    """Raises TooManyTries while the wait after the last failure lasts."""
    row = SignInFailures.objects.filter(subject=_fingerprint(kind, subject)).first()
    if row is None:
        return
    now = clock.now()
    wait = delays.wait_after(_of(row).weight(now), free_tries=delays.FREE_TRIES[kind])
    left = row.failed_at + wait - now
    if wait and left > timedelta(0):
        seconds = int(left.total_seconds()) + 1
        raise TooManyTries(f"Too many tries. Wait {seconds} seconds, then try again.")


@transaction.atomic
def count_failure(kind: str, subject: str) -> int:
    """How many tries have failed in this window, this one included."""
    now = clock.now()
    fingerprint = _fingerprint(kind, subject)
    SignInFailures.objects.bulk_create(
        [SignInFailures(subject=fingerprint, failed_at=now, window_began_at=now)],
        ignore_conflicts=True,
    )
    row = SignInFailures.objects.select_for_update().get(subject=fingerprint)
    seen = _of(row).at(now)
    row.failures, row.earlier, row.window_began_at = seen.count + 1, seen.earlier, seen.began_at
    row.failed_at = now
    row.save(update_fields=["failures", "earlier", "window_began_at", "failed_at"])
    return row.failures


def forget_failures(kind: str, subject: str) -> None:
    SignInFailures.objects.filter(subject=_fingerprint(kind, subject)).delete()


def _of(row: SignInFailures) -> delays.Failures:
    return delays.Failures(row.window_began_at, row.failures, row.earlier)


def _fingerprint(kind: str, subject: str) -> bytes:
    return current_keys().blind_index(f"sign-in.{kind}", subject)
