"""Where a person goes on to, when a request names it: anybody may have written that."""

from django.utils.http import url_has_allowed_host_and_scheme


def page_of_ours(wanted: str) -> str:
    """The path that is asked for, if it leads nowhere but to this host; else nothing.

    Only what begins with a slash is a path: `redirect` reads a plain word as the name of a view.
    """
    is_path = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_path else ""
