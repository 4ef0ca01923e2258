"""Answers of the two probes, before hosts, sessions and tenants."""

from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from redis import Redis
from redis.exceptions import RedisError


class HealthMiddleware:
    """`/healthz`: this process answers. `/readyz`: it reaches its databases and the broker."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            problem = _problem()
            return HttpResponse(
                problem or "ok", status=503 if problem else 200, content_type="text/plain"
            )
        return self.get_response(request)


def _problem() -> str:
    try:
        for alias in ("default", "keys"):
            connections[alias].ensure_connection()
        with Redis.from_url(settings.VALKEY_URL) as valkey:
            valkey.ping()
    except DatabaseError:
        return "database unreachable"
    except RedisError:
        return "valkey unreachable"
    return ""
