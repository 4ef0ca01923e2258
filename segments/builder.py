"""The rule builder as values for its templates: every row with its choices, input and trouble."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from segments.drafts import ROOT, Draft, operands_of, typed
from segments.fields import Field, Schema
from segments.operators import OPERATORS, Operand
from segments.parsing import DEEPEST, Problem
from segments.periods import LONGEST
from segments.rules import Group, Path

SOURCES = {
    "identity": "Person",
    "attribute": "Attributes",
    "consent": "Consent",
    "activity": "Activity",
}
SIGNS = {"all": "", "any": "+", "none": "−"}  # noqa: RUF001 - a minus sign is meant
MATCHES = {"all": "all", "any": "any", "none": "none"}
MONTHS = {
    "this": "this month",
    "next": "next month",
    **{str(number): calendar.month_name[number] for number in range(1, 13)},
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    label: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Input:
    """One value to enter. `kind` picks the control; `text` is what it shows."""

    name: str
    kind: str
    label: str
    text: str
    options: list[Option]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """One condition: what is asked, how, with which values."""

    name: str
    place: str
    label: str
    is_phi: bool
    fields: list[OptionGroup]
    operators: list[Option]
    inputs: list[Input]
    problem: str

    @property
    def dom_id(self) -> str:
        return dom_id(self.place)


@dataclass(frozen=True, slots=True)
class Box:
    """One group: how to match, and its rows and boxes in order."""

    name: str
    place: str
    matches: list[Option]
    items: list["Row | Box"]
    can_nest: bool
    problem: str

    @property
    def dom_id(self) -> str:
        return dom_id(self.place)

    @property
    def is_outermost(self) -> bool:
        return not self.place


@dataclass(frozen=True, slots=True)
class PeopleLeft:
    """What is written at the end of a row: people left, added or taken away."""

    dom_id: str
    text: str
    is_group: bool


def people_left(rule: Group, counts: Mapping[Path, int], path: Path = ()) -> Iterator[PeopleLeft]:
    """The number of every row and inner box, as `Evaluator.counts` defines them."""
    for place, inner in enumerate(rule.rules):
        here = (*path, place)
        sign = SIGNS[rule.match] if place or rule.match == "none" else ""
        is_group = isinstance(inner, Group)
        yield PeopleLeft(dom_id(place_of(here)), f"{sign}{counts.get(here, 0):,}", is_group)
        if isinstance(inner, Group):
            yield from people_left(inner, counts, here)


def rows(item: Box | Row) -> Iterator[Row | Box]:
    """The item and everything below it, in reading order."""
    yield item
    if isinstance(item, Box):
        for inner in item.items:
            yield from rows(inner)


def build(draft: Draft, schema: Schema, problems: tuple[Problem, ...] = ()) -> Box:
    return _Builder(schema, {problem.path: problem.message for problem in problems}).box(draft, ())


def place_of(path: Path) -> str:
    return ".".join(map(str, path))


def dom_id(place: str) -> str:
    return f"rule-{place.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class _Builder:
    schema: Schema
    problems: Mapping[Path, str]

    def box(self, draft: Draft, path: Path) -> Box:
        rules = draft.get("rules")
        return Box(
            name=self._name(path),
            place=place_of(path),
            matches=_options(MATCHES, str(draft.get("match"))),
            items=[
                self._item(rule, (*path, place))
                for place, rule in enumerate(rules if isinstance(rules, list) else [])
            ],
            can_nest=len(path) + 1 < DEEPEST,
            problem=self.problems.get(path, ""),
        )

    def _item(self, draft: Draft, path: Path) -> Row | Box:
        return self.box(draft, path) if "match" in draft else self._row(draft, path)

    def _row(self, draft: Draft, path: Path) -> Row:
        field = self.schema.get(str(draft.get("field")))
        return Row(
            name=self._name(path),
            place=place_of(path),
            label=field.label if field else "not chosen yet",
            is_phi=field.is_phi if field else False,
            fields=_field_options(self.schema, field),
            operators=_operator_options(field, str(draft.get("operator"))),
            inputs=_inputs(draft, field) if field else [],
            problem=self.problems.get(path, ""),
        )

    def _name(self, path: Path) -> str:
        return ".".join([ROOT, *map(str, path)])


def _options(choices: Mapping[str, str], *chosen: str) -> list[Option]:
    return [Option(value, label, value in chosen) for value, label in choices.items()]


def _field_options(schema: Schema, chosen: Field | None) -> list[OptionGroup]:
    by_source = groupby(schema.values(), key=lambda field: field.source)
    return [
        OptionGroup(SOURCES[source], [Option(one.key, one.label, one == chosen) for one in fields])
        for source, fields in by_source
    ]


def _operator_options(field: Field | None, chosen: str) -> list[Option]:
    if field is None:
        return []
    operators = OPERATORS[field.type].values()
    return _options({operator.name: operator.label for operator in operators}, chosen)


def _inputs(draft: Draft, field: Field) -> list[Input]:
    return [
        _input(operand, draft.get(operand.name), field) for operand in operands_of(draft, field)
    ]


def _input(operand: Operand, value: object, field: Field) -> Input:
    texts = typed(value)
    options = _options(_choices(operand, field, texts), *texts)
    if operand.kind == "choices":  # what is chosen stays in sight above a long list
        options.sort(key=lambda option: not option.is_selected)
    return Input(
        name=operand.name,
        kind=operand.kind,
        label=operand.label,
        text="\n".join(texts),
        options=options,
        before=operand.before,
        after=operand.after,
    )


def _choices(operand: Operand, field: Field, chosen: list[str]) -> Mapping[str, str]:
    """What to choose from. A stored value that is no choice stays in sight, to be replaced."""
    match operand.kind:
        case "unit":
            return {unit: unit for unit in LONGEST}
        case "month":
            return MONTHS
        case "choice" | "choices":
            gone = {
                text: f"{text} (not a choice)"
                for text in chosen
                if text and text not in field.choices
            }
            return gone | {choice: field.name_of(choice) for choice in field.choices}
    return {}
