"""A rule while somebody edits it: from form fields to JSON that may still be incomplete.

Fields are named by place: `rule.match`, `rule.0.field`, `rule.2.1.value`. A draft has the shape of a
rule; what is not finished or not a number stays as it was typed, for `parse` to refuse and the page to
show again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from segments.fields import Field, Schema
from segments.operators import OPERATORS, Operand
from segments.rules import Path

Draft = dict[str, object]

ROOT = "rule"
NEW_RULE: Draft = {"field": "", "operator": ""}
# Deeper names than any rule that `parse` accepts are not ours.
LONGEST_NAME = 12


def new_draft() -> Draft:
    return {"match": "all", "rules": [dict(NEW_RULE)]}


@dataclass(slots=True)
class _Node:
    """The form fields of one place and of those below it."""

    values: dict[str, list[str]] = field(default_factory=dict)
    children: dict[int, "_Node"] = field(default_factory=dict)


def read_draft(fields: Iterable[tuple[str, list[str]]], schema: Schema) -> Draft:
    """The draft in the fields of a posted form: `request.POST.lists()`."""
    root = _Node()
    for name, values in fields:
        first, *places, last = name.split(".") if "." in name else ("", "")
        if first == ROOT and len(places) < LONGEST_NAME and all(map(str.isdecimal, places)):
            node = root
            for place in places:
                node = node.children.setdefault(int(place), _Node())
            node.values[last] = values
    return _group(root, schema)


def _group(node: _Node, schema: Schema) -> Draft:
    children = [child for _, child in sorted(node.children.items())]
    return {
        "match": _last(node, "match") or "all",
        "rules": [
            _group(child, schema) if "match" in child.values else _condition(child, schema)
            for child in children
        ],
    }


def _condition(node: _Node, schema: Schema) -> Draft:
    """A condition whose operator fits its field: a changed field starts with its first operator."""
    key, name = _last(node, "field"), _last(node, "operator")
    if key not in schema:
        return {"field": key, "operator": name}
    operators = OPERATORS[schema[key].type]
    operator = operators.get(name) or next(iter(operators.values()))
    draft: Draft = {"field": key, "operator": operator.name}
    for operand in operator.operands:
        value = READERS[operand.kind](node.values.get(operand.name, []))
        if value is not None or operand.is_required:
            draft[operand.name] = "" if value is None else value
    if "times" in draft and "amount" not in draft:
        draft.pop("unit", None)  # the unit of a period is always chosen, its length may be empty
    return draft


def _last(node: _Node, name: str) -> str:
    return (node.values.get(name) or [""])[-1]


def _text(values: list[str]) -> str | None:
    return values[-1].strip() or None if values else None


def _lines(values: list[str]) -> list[str] | None:
    lines = [line.strip() for value in values for line in value.splitlines()]
    return [line for line in lines if line] or None


def _integer(values: list[str]) -> int | str | None:
    text = _text(values)
    return int(text) if text and text.isascii() and text.isdecimal() else text


def _number(values: list[str]) -> float | str | None:
    text = (_text(values) or "").replace(",", "")
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text or None


READERS: Mapping[str, Callable[[list[str]], object]] = {
    "text": _text,
    "texts": _lines,
    "choice": _text,
    "choices": _lines,
    "number": _number,
    "date": _text,
    "amount": _integer,
    "unit": _text,
    "month": _text,
    "times": _integer,
    "campaign": _text,
}


def typed(value: object) -> list[str]:
    """A value of a draft as it stands in form fields again."""
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def change(draft: Draft, order: str) -> Draft:
    """Carry out a button of the builder, such as `add-rule:0.2`. An unknown order changes nothing."""
    verb, _, place = order.partition(":")
    path = tuple(int(step) for step in place.split(".") if step.isdecimal())
    changed = _copied(draft)
    parent = _find(changed, path[:-1] if verb == "remove" else path)
    rules = parent.get("rules") if parent else None
    if not isinstance(rules, list):
        return changed
    if verb == "add-rule":
        rules.append(dict(NEW_RULE))
    elif verb == "add-group":
        rules.append({"match": "any", "rules": [dict(NEW_RULE)]})
    elif verb == "remove" and path and path[-1] < len(rules):
        del rules[path[-1]]
    return changed


def _copied(draft: Draft) -> Draft:
    rules = draft.get("rules")
    if not isinstance(rules, list):
        return dict(draft)
    return {**draft, "rules": [_copied(rule) for rule in rules]}


def _find(draft: Draft, path: Path) -> Draft | None:
    node: Draft | None = draft
    for place in path:
        rules = node.get("rules") if node else None
        node = rules[place] if isinstance(rules, list) and place < len(rules) else None
    return node


def operands_of(draft: Draft, field: Field) -> tuple[Operand, ...]:
    operator = OPERATORS[field.type].get(str(draft.get("operator")))
    return operator.operands if operator else ()
