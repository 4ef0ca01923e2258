"""A form acts once. Its answer is kept for minutes: for the same form again, and for who comes back."""

import zlib
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from accounts.models import FormAnswer
from tenancy import clock

# As long as what is revealed is shown: a page that was kept must not show it for longer.
KEPT = timedelta(minutes=5)
# No request of ours runs as long; one that is older died with its process and may be done again.
LONGEST_RUN = timedelta(minutes=2)


class Page(NamedTuple):
    """What a view wrote; one with a secret is shown to the first who follows, and never again."""

    content: bytes
    status: int
    is_shown_once: bool


def claim(session: UUID, token: UUID) -> bool:
    """Whether this form comes for the first time; it is marked as used with that.

    Forgets what this workspace's forms were answered before, as far as it is too old.
    """
    now = clock.now()
    FormAnswer.objects.filter(used_at__lt=now - KEPT).delete()
    died = FormAnswer.objects.filter(
        session=session, token=token, location=None, used_at__lt=now - LONGEST_RUN
    )
    died.delete()
    row = FormAnswer(session=session, token=token, used_at=now)
    FormAnswer.objects.bulk_create([row], ignore_conflicts=True)
    return FormAnswer.objects.filter(pk=row.pk).exists()


def release(session: UUID, token: UUID) -> None:
    """Nothing was done, or nothing that could be repeated: the form may come again."""
    FormAnswer.objects.filter(session=session, token=token).delete()


def lead_on(session: UUID, token: UUID, location: str) -> None:
    _answer(session, token, location=location)


def keep_page(
    session: UUID, token: UUID, location: str, *, page: Page, until: datetime | None
) -> None:
    """For whoever follows `location`, no longer than `until` if that is known."""
    end = clock.now() + KEPT
    _answer(
        session,
        token,
        location=location,
        page=zlib.compress(page.content),
        status=page.status,
        shown_until=min(until, end) if until else end,
        is_shown_once=page.is_shown_once,
    )


def location_of(session: UUID, token: UUID) -> str | None:
    """Where the first answer leads; None while it is not there yet."""
    row = FormAnswer.objects.filter(session=session, token=token).first()
    return row.location if row else None


def page_of(session: UUID, token: UUID) -> Page | None:
    """The page, while it is shown."""
    row = FormAnswer.objects.filter(session=session, token=token).first()
    if row is None or row.page is None or row.status is None or row.shown_until is None:
        return None
    if row.shown_until <= clock.now():
        return None
    if row.is_shown_once and not _take(row):
        return None
    return Page(zlib.decompress(row.page), row.status, is_shown_once=row.is_shown_once)


def forget(session: UUID) -> None:
    """No page that was kept for this browser is shown any more."""
    FormAnswer.objects.filter(session=session).update(page=None)


def _take(row: FormAnswer) -> bool:
    """Of two who come at the same moment, one sees it."""
    return FormAnswer.objects.filter(pk=row.pk, page__isnull=False).update(page=None) == 1


def _answer(session: UUID, token: UUID, **answer: object) -> None:
    row = FormAnswer.objects.get(session=session, token=token)
    for name, value in answer.items():
        setattr(row, name, value)
    row.save(update_fields=list(answer))
