"""Values that a system gives for the fields of a template, as contacts hold them."""

from collections.abc import Mapping

from contacts import queries as contacts
from contacts.entries import EntryRefused, read_entry
from contacts.fields import IDENTITY
from delivery.letters.words import LetterRefused
from tenancy import clock

_IDENTITY = frozenset(field.key for field in IDENTITY) - {"external_id", "email"}


def typed(values: Mapping[str, object], fields: frozenset[str]) -> dict[str, object]:
    """The values as those of the template's fields; an empty one hides what is on file.

    Raises LetterRefused for a field that the template does not show, or a value that does not fit.
    """
    if not values:
        return {}
    schema = contacts.schema()
    known = (_IDENTITY | {field.key for field in schema}) & fields
    if values.keys() - known:
        shown = ", ".join(sorted(known)) or "none"
        raise LetterRefused("values", f"Fields of this template that can be given: {shown}.")
    identity = {key: value for key, value in values.items() if key in _IDENTITY}
    own = {key: value for key, value in values.items() if key not in _IDENTITY}
    today = clock.now().date()
    try:
        entry = read_entry({**identity, "external_id": "0"}, own, schema=schema, today=today)
    except EntryRefused as refusal:
        key, sentence = next(iter(refusal.problems.items()))
        raise LetterRefused("values", f"{key}: {sentence}") from None
    typed = {**entry.attributes, **entry.identity, **dict.fromkeys(entry.cleared)}
    return {key: value for key, value in typed.items() if key in values}
