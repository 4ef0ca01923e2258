"""What was chosen for each column, with the new fields that some of them become."""

from collections.abc import Sequence

from audit.services import Actor
from contacts.fields import Kind, PhiClass
from contacts.services.attributes import define_attribute

# In a select: `new:date` makes a field of that type out of the heading.
NEW = "new:"


def with_new_fields(
    chosen: Sequence[str | None], header: Sequence[str], *, actor: Actor
) -> list[str | None]:
    """Field keys, one a column. A new field is PHI until somebody says that it is less.

    Raises AttributeRefused when a heading is the name of a field that exists.
    """
    keys: list[str | None] = []
    for choice, name in zip(chosen, header, strict=True):
        if choice is None or not choice.startswith(NEW):
            keys.append(choice or None)
            continue
        attribute = define_attribute(
            label=name[:60],
            kind=Kind(choice.removeprefix(NEW)),
            phi_class=PhiClass.PHI,
            actor=actor,
        )
        keys.append(attribute.key)
    return keys
