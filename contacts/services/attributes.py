"""The tenant's schema: which things it knows about people, and how carefully each is kept."""

import re
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from audit import services as audit
from audit.services import Actor
from contacts.fields import BUILT_IN_KEYS, Kind, PhiClass
from contacts.models import Attribute
from tenancy.errors import DomainError

KEY_LIMIT = 40


class AttributeRefused(DomainError):
    """The field cannot be made so, or cannot be changed so."""


@transaction.atomic
def define_attribute(
    *,
    label: str,
    kind: str,
    phi_class: str,
    choices: Sequence[str] = (),
    actor: Actor,
) -> Attribute:
    """A new field; its key is made from its label. Raises AttributeRefused if there is one like it."""
    label = " ".join(label.split())
    key = key_for(label)
    if not key or key in BUILT_IN_KEYS:
        raise AttributeRefused("Choose a name that no other field has, with letters in it.")
    try:
        with transaction.atomic():
            attribute = Attribute.objects.create(
                key=key,
                label=label,
                type=Kind(kind),
                phi_class=PhiClass(phi_class),
                choices=_choices(kind, choices),
            )
    except IntegrityError as error:
        raise AttributeRefused("There is a field with this name already.") from error
    audit.record("attribute.defined", actor=actor, on=attribute, key=key, phi_class=phi_class)
    return attribute


@transaction.atomic
def change_attribute(
    attribute: Attribute, *, label: str, phi_class: str, choices: Sequence[str], actor: Actor
) -> Attribute:
    """Another name, class or list of choices. Key and type stay: stored values rest on them."""
    attribute = Attribute.objects.select_for_update().get(pk=attribute.pk)
    was = attribute.phi_class
    attribute.label = " ".join(label.split())
    attribute.phi_class = PhiClass(phi_class)
    attribute.choices = _choices(attribute.type, choices)
    attribute.save(update_fields=["label", "phi_class", "choices"])
    audit.record(
        "attribute.changed", actor=actor, on=attribute, key=attribute.key, was=was, is_now=phi_class
    )
    return attribute


def key_for(label: str) -> str:
    """`Last mammogram` → `last_mammogram`."""
    plain = label.lower().translate(str.maketrans("áéíóúüñ", "aeiouun"))
    return re.sub(r"^[^a-z]+|_+$", "", re.sub(r"[^a-z0-9]+", "_", plain))[:KEY_LIMIT]


def _choices(kind: str, choices: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(" ".join(choice.split()) for choice in choices if choice.strip()))
    if kind != Kind.CHOICE:
        return []
    if not found:
        raise AttributeRefused("Write at least one choice.")
    return found
