"""The session engine: rows with a hash of the key, so that a stolen table opens no session."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase, UpdateError

from accounts.models import Session, User
from tenancy import clock
from tenancy.scope import platform_scope

# 45 CFR 164.312(a)(2)(iii), automatic logoff.
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
# Being seen is written down once a minute, not with each request.
SEEN_EVERY = timedelta(minutes=1)

USER = "user"
TENANT = "tenant"
ADDRESS = "address"


class SessionStore(SessionBase):
    """Ends by itself after 15 minutes without a request and 12 hours after sign-in."""

    user: User | None = None
    seen_at: datetime | None = None

    def load(self) -> dict[str, Any]:
        with platform_scope():
            rows = Session.objects.select_related("user")
            row = rows.filter(key_hash=_hash(self.session_key)).first()
            if row is not None and has_ended(row):
                row.delete()
                row = None
        if row is None:
            self._session_key = None
            return {}
        self.user, self.seen_at = row.user, row.seen_at
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
            row.address = content.get(ADDRESS)
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

    def _row(self) -> Session:
        row = Session.objects.filter(key_hash=_hash(self.session_key)).first()
        if row is None:
            raise UpdateError
        return row

    @classmethod
    def clear_expired(cls) -> None:
        now = clock.now()
        with platform_scope():
            Session.objects.filter(seen_at__lt=now - IDLE).delete()
            Session.objects.filter(created_at__lt=now - ABSOLUTE).delete()


def has_ended(row: Session) -> bool:
    now = clock.now()
    return now - row.seen_at > IDLE or now - row.created_at > ABSOLUTE


def _hash(key: str | None) -> bytes:
    return hashlib.sha256((key or "").encode()).digest()
