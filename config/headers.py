"""What every answer of every host says about itself, whatever made it: a page, a file, a failure."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Next = Callable[[HttpRequest], HttpResponseBase]

# All that browsers of 2026 let a page ask for; each is off, but for what a page of the staff uses.
FEATURES = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "clipboard-read",
    "clipboard-write", "display-capture", "encrypted-media", "fullscreen", "geolocation", "gyroscope",
    "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get",
    "screen-wake-lock", "serial", "storage-access", "usb", "web-share", "xr-spatial-tracking",
)  # fmt: skip
USED_BY_PATIENTS = frozenset({"publickey-credentials-create", "publickey-credentials-get"})
USED_BY_STAFF = USED_BY_PATIENTS | {"clipboard-write"}
# A frame's own page says who may frame it; older browsers know these two words only.
FRAME_ANCESTORS = re.compile(r"frame-ancestors ([^;]+)")
FRAME_OPTIONS = {"'none'": "DENY", "'self'": "SAMEORIGIN"}


def permissions_policy(used: frozenset[str] = frozenset()) -> str:
    return ", ".join(f"{feature}={'(self)' if feature in used else '()'}" for feature in FEATURES)


PERMISSIONS = {
    settings.HOSTS["staff"]: permissions_policy(USED_BY_STAFF),
    settings.HOSTS["portal"]: permissions_policy(USED_BY_PATIENTS),
}
NO_PERMISSIONS = permissions_policy()
# Patients' pages turn no text into a page or a script, whatever they are made to hold (W3C Trusted Types). The empty
# page for an opened message runs no script at all.
TRUSTED_TYPES = "; require-trusted-types-for 'script'; trusted-types 'none'"
OF_PATIENTS = frozenset({settings.HOSTS["portal"], settings.HOSTS["links"]})
RUNS_NOTHING = "script-src 'none'"


class HeadersMiddleware:
    """Outermost, so that refusals of other middleware carry the headers too.

    `no-store` is the rule and not a list of pages: only static files say themselves how long they keep.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        host = request.META.get("HTTP_HOST", "").partition(":")[0]
        headers = response.headers
        headers["Permissions-Policy"] = PERMISSIONS.get(host, NO_PERMISSIONS)
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Robots-Tag"] = "noindex, nofollow"
        headers.setdefault("Cache-Control", "no-store")
        policy = headers.get("Content-Security-Policy", "")
        if host in OF_PATIENTS and policy and RUNS_NOTHING not in policy:
            headers["Content-Security-Policy"] = f"{policy}{TRUSTED_TYPES}"
        ancestors = FRAME_ANCESTORS.search(policy)
        if ancestors and ancestors[1] in FRAME_OPTIONS:
            headers["X-Frame-Options"] = FRAME_OPTIONS[ancestors[1]]
        return response
