from django.conf import settings


def url_on(origin: str, path: str) -> str:
    """Absolute address of `path` on one of our origins: staff, portal, links, preview or api."""
    base: str = settings.ORIGINS[origin]
    return f"{base}{path}"
