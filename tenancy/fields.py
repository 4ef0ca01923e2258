"""Model fields whose column holds ciphertext: sealed on save, opened on first attribute access."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from tenancy.keyring import keys_of
from tenancy.scope import PLATFORM_TENANT_ID


@dataclass(frozen=True, slots=True)
class Sealed:
    """Ciphertext as read from the database. Its `repr` shows nothing of the value."""

    ciphertext: bytes

    def __repr__(self) -> str:
        return f"<sealed, {len(self.ciphertext)} bytes>"


class SealedAttribute(DeferredAttribute):
    field: "SealedField"

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            value = self.field.open(value, _keys_owner(instance), instance.pk)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Base of the sealed fields; subclasses say how a value becomes bytes and back."""

    descriptor_class = SealedAttribute

    @property
    def _place(self) -> dict[str, str]:
        return {"table": self.model._meta.db_table, "column": str(self.column)}

    def dump(self, value: Any) -> bytes:
        raise NotImplementedError

    def load(self, value: bytes) -> Any:
        raise NotImplementedError

    def open(self, sealed: Sealed, tenant_id: UUID, row: UUID) -> Any:
        """The value behind `sealed`. Raises SealBroken if it belongs to another row."""
        keys = keys_of(tenant_id)
        return self.load(keys.unseal(sealed.ciphertext, **self._place, row=row))

    def seal(self, value: Any, tenant_id: UUID, row: UUID) -> Sealed:
        return Sealed(keys_of(tenant_id).seal(self.dump(value), **self._place, row=row))

    def reseal(self, sealed: Sealed, tenant_id: UUID, row: UUID) -> Sealed:
        """What was read and is saved unopened never brings an older key version back."""
        return Sealed(keys_of(tenant_id).reseal(sealed.ciphertext, **self._place, row=row))

    def from_db_value(self, value: bytes | None, *_: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            return None
        if isinstance(value, Sealed):
            return self.reseal(value, _keys_owner(model_instance), model_instance.pk)
        return self.seal(value, _keys_owner(model_instance), model_instance.pk)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(
                f"{self.model.__name__}.{self.name} is sealed: it cannot be filtered on, and is "
                "written through save(), bulk_create() or Field.seal()."
            )
        return super().get_db_prep_value(value.ciphertext, connection, prepared)

    def get_prep_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> Any:
        return value

    def get_default(self) -> Any:
        return super().get_default() if self.has_default() else None

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("Sealed values are not serialized.")


class SealedTextField(SealedField):
    def dump(self, value: str) -> bytes:
        return value.encode()

    def load(self, value: bytes) -> str:
        return value.decode()


class SealedJSONField(SealedField):
    """Any value that JSON can hold."""

    def dump(self, value: Any) -> bytes:
        return orjson.dumps(value)

    def load(self, value: bytes) -> Any:
        return orjson.loads(value)


class SealedBinaryField(SealedField):
    def dump(self, value: bytes) -> bytes:
        return value

    def load(self, value: bytes) -> bytes:
        return value


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]
    """16 bytes of `TenantKeys.blind_index()`: equality lookup without the value."""

    def from_db_value(self, value: bytes | None, *_: Any) -> bytes | None:
        return None if value is None else bytes(value)


def _keys_owner(instance: models.Model) -> UUID:
    owner: UUID = getattr(instance, "tenant_id", PLATFORM_TENANT_ID)
    return owner
