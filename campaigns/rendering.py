"""A person's values for a message: plain text, numbers and dates, as a template names them."""

from collections.abc import Mapping

from campaigns.merge.fields import MergeField
from contacts.fields import IDENTITY, Field

# How identity is written into a message; its other fields are text.
_IDENTITY_KINDS = {"birth_date": "date"}


def merge_fields(attributes: list[Field]) -> list[MergeField]:
    """The identity of every contact, then what this tenant knows besides."""
    identity = [
        MergeField(field.key, field.label, _IDENTITY_KINDS.get(field.key, "text"), field.phi_class)
        for field in IDENTITY
    ]
    own = [
        MergeField(field.key, field.label, field.kind, field.phi_class, field.choices)
        for field in attributes
    ]
    return [*identity, *own]


def values_of(
    identity: Mapping[str, object], attributes: Mapping[str, object]
) -> dict[str, object]:
    """What `Compiled.render` fills in for one person. Delivery adds the patient's own links."""
    return {**attributes, **identity}
