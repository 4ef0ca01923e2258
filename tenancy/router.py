"""Keys, and who and which workspace is gone, live in a database of their own; all else in the main one."""

from typing import Any

from django.db.models import Model

KEYS_MODELS = frozenset({"wrappedkey", "keyring", "erasureorder", "destructionorder"})
# Only the migrating role's connections change tables.
MIGRATED_THROUGH = {True: "keys_migrate", False: "migrate"}


class KeysRouter:
    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return "keys" if model._meta.model_name in KEYS_MODELS else None

    db_for_write = db_for_read

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool:
        belongs_to_keys = model_name in KEYS_MODELS or bool(hints.get("keys_database"))
        return db == MIGRATED_THROUGH[belongs_to_keys]
