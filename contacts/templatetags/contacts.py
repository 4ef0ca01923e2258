"""How values of a person read on a page: `{% load contacts %}`."""

import re
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html

from accounts import display
from contacts import languages
from contacts.fields import Field, PhiClass, Value
from contacts.queries import Person
from contacts.queries.timeline import purpose_label

register = template.Library()

_SHAPE_LIMIT = 24
# Every letter but those that a wrong encoding would spoil.
_PLAIN_LETTERS = re.compile(r"[^\W\d_\u00a0-\u024f]+")
_DATED = re.compile(r"(\d{4})[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.](\d{4})(?!\d)")


@register.filter
def known(value: Value, field: Field) -> str:
    """A stored value in words: yes and no, names of languages, dates with their month written out.

    A long address may break after its @.
    """
    if field.kind == "language":
        return languages.NAMES.get(str(value), str(value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return display.grouped(value)
    if isinstance(value, float):
        return f"{value:,.2f}"
    if "@" in value:
        return format_html("{}@<wbr>{}", *value.rsplit("@", 1))
    if len(value) == 10 and value[4] == value[7] == "-":
        try:
            return date_format(date.fromisoformat(value), "j F Y")
        except ValueError:
            return value
    return value


@register.filter
def shape(cell: str) -> str:
    """How a cell is written and not what it says.

    Kept are separators, the places of digits, the year of a date, the domain of an address, and
    letters with accents, which show whether the file was decoded rightly.
    """
    if "@" in cell:
        return display.mask(cell)
    head = cell[:_SHAPE_LIMIT]
    hidden = re.sub(r"\d", "•", _PLAIN_LETTERS.sub("•••", head))
    dated = _DATED.match(head)
    if dated is None:
        return hidden
    begin, end = dated.span(1) if dated[1] else dated.span(2)
    return hidden[:begin] + head[begin:end] + hidden[end:]


@register.filter
def name_of(person: Person) -> str:
    parts = (person.identity.get("given_name"), person.identity.get("family_name"))
    return " ".join(str(part) for part in parts if part)


@register.filter
def is_plain(field: Field) -> bool:
    return field.phi_class == PhiClass.NONE


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
