"""Light, dark or as the system says: a cookie, so that the server paints the first frame right."""

from django.conf import settings
from django.http import HttpRequest

COOKIE = f"{settings.COOKIE_PREFIX}sealpost_theme"
SYSTEM = "system"
THEMES = ("light", "dark", SYSTEM)


def theme_of(request: HttpRequest | None) -> str:
    chosen = request.COOKIES.get(COOKIE, SYSTEM) if request else SYSTEM
    return chosen if chosen in THEMES else SYSTEM
