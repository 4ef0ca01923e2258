"""A system that calls the API with a key of its own."""

import json
from datetime import timedelta

from django.conf import settings
from django.test import Client

from accounts.api_keys import Scope
from accounts.services import api_keys
from accounts.services.api_keys import Right
from audit.services import SYSTEM
from tenancy import clock


class System:
    """`system.post("/contacts", {...})` answers like Django's client, with `.json()`."""

    def __init__(self, key, **headers):
        self.client = Client(headers={"host": settings.HOSTS["api"], **headers})
        self.headers = {"authorization": f"Bearer {key}"}

    def get(self, path, **query):
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path, body, *, media_type="application/json", **headers):
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(
            f"/api/v1{path}", content, content_type=media_type, headers={**self.headers, **headers}
        )


def right(*scopes, networks=()):
    return Right(
        name="Practice system",
        scopes=scopes or Scope.values,
        expires_at=clock.now() + timedelta(days=30),
        networks=networks,
    )


def make_system(*scopes, networks=()):
    """With these scopes, or with all of them. For the scope of a tenant."""
    key, text = api_keys.issue(right(*scopes, networks=networks), actor=SYSTEM)
    key.is_allowed = True
    key.save(update_fields=["is_allowed"])
    system = System(text)
    system.key = key
    return system
