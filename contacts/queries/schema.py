"""The fields of this tenant, as values."""

from contacts.fields import Field
from contacts.models import Attribute


def schema() -> list[Field]:
    """The tenant's own fields, by label."""
    return [attribute.as_field() for attribute in Attribute.objects.order_by("label")]
