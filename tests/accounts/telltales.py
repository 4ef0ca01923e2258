"""Ways in which a page could tell that it knows an address, planted to see that the comparison finds them."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse

from accounts.hashers import PasswordHasher
from accounts.models import User
from tenancy.scope import platform_scope

KNOWN = "known"


class CountingHasher(PasswordHasher):
    """The product's own, and how often it was at work."""

    hashes = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.hashes += 1
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        CountingHasher.hashes += 1
        return super().verify(password, encoded)


class Telltale:
    """A middleware that does `settings.TELLTALE` for an address that begins with `known`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.POST.get("email", "").startswith(KNOWN):
            TELLTALES[settings.TELLTALE](response)
        return response


def _statement(_response: HttpResponse) -> None:
    with platform_scope():
        User.objects.exists()


def _hash(_response: HttpResponse) -> None:
    make_password("one more")


def _header(response: HttpResponse) -> None:
    response["X-Known"] = "1"


def _byte(response: HttpResponse) -> None:
    response.content += b" "


def _status(response: HttpResponse) -> None:
    response.status_code += 1


def _cookie(response: HttpResponse) -> None:
    response.set_cookie("known", "1")


TELLTALES = {
    "statements": _statement,
    "hashes": _hash,
    "headers": _header,
    "body": _byte,
    "status": _status,
    "cookies": _cookie,
}
