"""Every address that the product answers, from the URLconfs of all hosts."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """`path` as in the URLconf: settings/people/<uuid:membership_id>/."""

    host: str
    path: str
    view: Callable[..., HttpResponseBase]
    name: str = ""

    def __str__(self) -> str:
        return f"{self.host} /{self.path}"

    @property
    def access(self) -> str:
        return str(self.view.access)  # type: ignore[attr-defined]

    @property
    def is_public(self) -> bool:
        return self.access.startswith("public: ")

    @property
    def arguments(self) -> list[str]:
        return ARGUMENT.findall(self.path)

    def address(self, values: dict[str, object]) -> str:
        return "/" + ARGUMENT.sub(lambda found: str(values[found[1]]), self.path)


def all_routes() -> list[Route]:
    return [route for host in settings.HOSTS for route in routes_of(host, f"config.urls.{host}")]


def routes_of(host: str, urlconf: str) -> list[Route]:
    return list(_walk(host, get_resolver(urlconf).url_patterns, ""))


def _walk(
    host: str, patterns: Sequence[URLPattern | URLResolver], prefix: str, space: str = ""
) -> Iterator[Route]:
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(host, pattern.url_patterns, path, inner)
        else:
            yield Route(host, path, pattern.callback, f"{space}{pattern.name}")
