"""Settings that protect, as tables: which change of each of them protects less.

What protects less needs step-up, a reason and a second person (accounts.services.protection); what
protects more holds at once. Each app lists the groups of its own tables and registers them at start-up.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from accounts import countersign
from tenancy.models import TenantModel

# Who may agree to less.
PERMISSION = "policy.edit"

Values = tuple[Any, ...]
Follow = Callable[[Any, Mapping[str, Any]], dict[str, object]]


def _nothing_follows(_row: TenantModel, _wanted: Mapping[str, Any]) -> dict[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class Setting:
    """Fields that are one decision, and whether going from the old values to the new ones protects less."""

    label: str
    fields: tuple[str, ...]
    loosens: Callable[[Values, Values], bool]
    words: Callable[[Values], str]
    # Whether somebody who works alone may decide it, with a reason: else they could never send.
    may_be_decided_alone: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Settings of a table with one row a workspace, decided on one page. What is `neutral` protects nothing.

    `follows` says which other columns change along, from the row as it was and what is wanted.
    """

    model: type[TenantModel]
    title: str
    url_name: str
    action: str
    kind: str
    settings: tuple[Setting, ...]
    neutral: frozenset[str] = frozenset()
    follows: Follow = _nothing_follows

    @property
    def fields(self) -> list[str]:
        return [field for setting in self.settings for field in setting.fields]

    def typed(self, field: str, plain: object) -> object:
        """A value of the column from what JSON made of it."""
        return self.model._meta.get_field(field).to_python(plain)  # type: ignore[union-attr]

    def words(self, field: str, plain: object) -> tuple[str, str]:
        """What a column is called, and what a value of it that JSON made says."""
        for setting in self.settings:
            if setting.fields == (field,):
                return setting.label, setting.words((self.typed(field, plain),))
        column = self.model._meta.get_field(field)
        label, value = field.replace("_", " ").capitalize(), self.typed(field, plain)
        if isinstance(value, time):
            return label, f"{value:%H:%M}"
        known = dict(getattr(column, "flatchoices", ()))
        return label, str(known.get(value, value) or "None")

    def looser(self, row: TenantModel, wanted: Mapping[str, object]) -> list[Setting]:
        """The decisions among `wanted` that would protect less than `row` does."""
        return [
            setting
            for setting in self.settings
            if (is_ := _values(setting, row, wanted)) != (was := _values(setting, row, {}))
            and setting.loosens(was, is_)
        ]


_GROUPS: list[Group] = []


def register(group: Group, *, perform: countersign.Perform, describe: countersign.Describe) -> None:
    """Below all paths that change the group. Raises ValueError for a kind that exists."""
    countersign.register(group.kind, permission=PERMISSION, perform=perform, describe=describe)
    _GROUPS.append(group)


def groups() -> tuple[Group, ...]:
    return tuple(_GROUPS)


def _values(setting: Setting, row: TenantModel, wanted: Mapping[str, object]) -> Values:
    return tuple(wanted.get(field, getattr(row, field)) for field in setting.fields)


def lower(was: Values, is_: Values) -> bool:
    return bool(is_ < was)


def higher(was: Values, is_: Values) -> bool:
    return bool(is_ > was)


def never(_was: Values, _is: Values) -> bool:
    """For what is kept in the history and read before it is agreed to, and protects nothing."""
    return False


def becomes(loose: object) -> Callable[[Values, Values], bool]:
    return lambda _was, is_: is_[0] == loose


def label_of(choices: Iterable[tuple[Any, Any]]) -> Callable[[Values], str]:
    labels = dict(choices)
    return lambda values: str(labels[values[0]])


def count(unit: str) -> Callable[[Values], str]:
    """`unit` as it is of many."""

    def words(values: Values) -> str:
        number = values[0]
        return "No limit" if number is None else f"{number} {unit[:-1] if number == 1 else unit}"

    return words


def yes_or_no(values: Values) -> str:
    return "Yes" if values[0] else "No"
