"""Where a sentence for the next page waits: a signed cookie of this host and session."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class NoticeStorage(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}sealpost_notices"
