"""The session engine: rows with a hash of the key, so that a stolen table opens no session."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db.models import QuerySet

from accounts.models import Session, User
from accounts.models.security import LONGEST_HOURS, LONGEST_IDLE, USUAL_HOURS, USUAL_IDLE
from tenancy import clock
from tenancy.scope import platform_scope

# 45 CFR 164.312(a)(2)(iii), automatic logoff. A workspace may choose its own, within the longest.
IDLE = timedelta(minutes=USUAL_IDLE)
ABSOLUTE = timedelta(hours=USUAL_HOURS)
LONGEST = (timedelta(minutes=LONGEST_IDLE), timedelta(hours=LONGEST_HOURS))
# Being seen is written down once a minute, not with each request.
SEEN_EVERY = timedelta(minutes=1)

USER = "user"
TENANT = "tenant"
ROLE = "role"
NETWORK = "network"
BROWSER = "browser"


class SessionStore(SessionBase):
    """Ends by itself after some minutes without a request and some hours after sign-in."""

    row_id: UUID | None = None
    user: User | None = None
    seen_at: datetime | None = None
    created_at: datetime | None = None
    # Why there is none any more, for the browser that comes with its key.
    ended_because: str = ""

    def load(self) -> dict[str, Any]:
        with platform_scope():
            rows = Session.objects.select_related("user")
            row = rows.filter(key_hash=_hash(self.session_key)).first()
            if row is not None and row.ended_at is None and _has_run_out(row):
                end(Session.objects.filter(pk=row.pk), Session.Ending.IDLE)
                row.ended_because = Session.Ending.IDLE
        if row is None or row.ended_because:
            self._session_key = None
            self.ended_because = row.ended_because if row and row.user_id else ""
            return {}
        self.row_id, self.user = row.id, row.user
        self.seen_at, self.created_at = row.seen_at, row.created_at
        content: dict[str, Any] = row.content
        return content

    def exists(self, session_key: str) -> bool:
        with platform_scope():
            return Session.objects.filter(key_hash=_hash(session_key)).exists()

    def create(self) -> None:
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        content = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        with platform_scope():
            row = Session() if must_create else self._row()
            row.key_hash = _hash(self.session_key)
            row.content = content
            row.user_id = UUID(content[USER]) if USER in content else None
            row.workspace = UUID(content[TENANT]) if TENANT in content else None
            row.network, row.browser = content.get(NETWORK, ""), content.get(BROWSER, "")
            row.save(force_insert=must_create)

    def rotate(self) -> None:
        """Go on under a new key, in the same row: a known key is worth nothing, the limits stay."""
        old, new = self.session_key, self._get_new_session_key()  # type: ignore[attr-defined]
        with platform_scope():
            Session.objects.filter(key_hash=_hash(old)).update(key_hash=_hash(new))
        self._session_key = new
        self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            with platform_scope():
                Session.objects.filter(key_hash=_hash(key)).delete()

    def keep_alive(self) -> None:
        """Write down that the person is still there."""
        if self.seen_at is not None and clock.now() - self.seen_at >= SEEN_EVERY:
            with platform_scope():
                Session.objects.filter(key_hash=_hash(self.session_key)).update(seen_at=clock.now())

    @property
    def fingerprint(self) -> str:
        """Tells one session from others in the audit log; it opens none."""
        return _hash(self.session_key).hex()[:16]

    def is_within(self, idle: timedelta, absolute: timedelta) -> bool:
        """Whether it is younger than the limits of the workspace that it works in."""
        if self.seen_at is None or self.created_at is None:
            return True
        now = clock.now()
        return now - self.seen_at <= idle and now - self.created_at <= absolute

    def end(self, because: Session.Ending) -> None:
        """End it here and now; its browser is told why at the next page."""
        with platform_scope():
            end(Session.objects.filter(key_hash=_hash(self.session_key)), because)
        self.clear()
        self._session_key = None
        self.ended_because = because

    def _row(self) -> Session:
        row = Session.objects.filter(key_hash=_hash(self.session_key), ended_at=None).first()
        if row is None:
            raise UpdateError
        return row

    @classmethod
    def clear_expired(cls) -> None:
        """Forget sessions a day after their last request: by then every limit has ended them."""
        long_ago = clock.now() - timedelta(hours=LONGEST_HOURS)
        with platform_scope():
            Session.objects.filter(seen_at__lt=long_ago).delete()


def end(sessions: QuerySet[Session], because: Session.Ending) -> int:
    """The next request of each finds it ended, and is told why. Returns how many."""
    return sessions.filter(ended_at=None).update(ended_at=clock.now(), ended_because=because)


def _has_run_out(row: Session) -> bool:
    """By the workspace's longest limits; outside every workspace by the usual ones."""
    idle, absolute = LONGEST if row.workspace else (IDLE, ABSOLUTE)
    now = clock.now()
    return now - row.seen_at > idle or now - row.created_at > absolute


def _hash(key: str | None) -> bytes:
    return hashlib.sha256((key or "").encode()).digest()
