"""How values of a person read on a page: `{% load contacts %}`."""

from datetime import date

from django import template
from django.utils.formats import date_format

from accounts.display import grouped
from contacts.fields import Field, PhiClass, Value
from contacts.queries import Person
from contacts.queries.timeline import purpose_label

register = template.Library()


@register.filter
def known(value: Value) -> str:
    """A stored value in words: yes and no, dates with their month written out."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return grouped(value)
    if isinstance(value, float):
        return f"{value:,.2f}"
    if len(value) == 10 and value[4] == value[7] == "-":
        try:
            return date_format(date.fromisoformat(value), "j F Y")
        except ValueError:
            return value
    return value


@register.filter
def name_of(person: Person) -> str:
    parts = (person.identity.get("given_name"), person.identity.get("family_name"))
    return " ".join(str(part) for part in parts if part) or str(person.identity["external_id"])


@register.filter
def is_plain(field: Field) -> bool:
    """The record number names the row for staff; everything else that is PHI is masked."""
    return field.phi_class == PhiClass.NONE or field.key == "external_id"


@register.filter
def phi_name(phi_class: str) -> str:
    return str(PhiClass(phi_class).label)


@register.filter
def is_new(chosen: str, kind: str) -> bool:
    """Whether a select of the matching page holds a new field of this kind."""
    return chosen == f"new:{kind}"


@register.filter
def purpose(name: str) -> str:
    return purpose_label(name)
