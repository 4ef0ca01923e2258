"""How the OpenAPI document is made from the views."""

import inspect
from collections.abc import Mapping

from drf_spectacular.openapi import AutoSchema

from accounts.api_keys import Scope


class ScopedSchema(AutoSchema):
    """Says in the document which scope an operation needs."""

    def get_description(self) -> str:  # type: ignore[override]
        method = getattr(self.view, str(self.method).lower())
        description = inspect.getdoc(method) or ""
        scopes: Mapping[str, Scope] = self.view.scopes  # type: ignore[attr-defined]
        return f"{description}\n\nScope: {scopes[self.method]}".strip()
