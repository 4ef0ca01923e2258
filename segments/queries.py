"""Who is in a segment: one pass over the tenant's sealed rows answers everything a page asks."""

from compliance.purposes import Purpose
from contacts.models import Activity, Attribute
from segments.fields import (
    Field,
    FieldType,
    Schema,
    activity_field,
    build_schema,
    consent_field,
)


def schema() -> Schema:
    """Everything that a rule of this tenant can ask about."""
    return build_schema(
        [
            *(_attribute_field(attribute) for attribute in Attribute.objects.order_by("label")),
            *(consent_field(purpose, purpose.label) for purpose in Purpose),
            *(activity_field(kind, kind.label) for kind in Activity.Kind),
        ]
    )


def _attribute_field(attribute: Attribute) -> Field:
    return Field(
        key=f"attribute.{attribute.key}",
        label=attribute.label,
        type=FieldType(attribute.type),
        phi_class=attribute.phi_class,
        choices=tuple(attribute.choices),
    )
