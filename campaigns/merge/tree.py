"""The tree of a parsed template and its evaluation: dict look-ups, comparisons, listed filters.

Nothing here can reach an attribute or call what a value brings along. Trees pickle: a worker gets
them from the campaign's compiled form.
"""

import operator as operators
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from campaigns.merge.filters import FILTERS

Scope = Mapping[str, object]
Piece = str | bytes

LOOP_CAP = 50


class Expression(Protocol):
    def value(self, scope: Scope) -> object: ...


@dataclass(frozen=True, slots=True)
class Literal:
    content: str | int | float | bool | tuple[object, ...] | None

    def value(self, scope: Scope) -> object:
        return self.content


@dataclass(frozen=True, slots=True)
class FieldValue:
    key: str

    def value(self, scope: Scope) -> object:
        return scope.get(self.key)


@dataclass(frozen=True, slots=True)
class ItemValue:
    """A field of the list entry that a loop is at."""

    variable: str
    key: str

    def value(self, scope: Scope) -> object:
        item = scope.get(self.variable)
        return item.get(self.key) if isinstance(item, dict) else None


@dataclass(frozen=True, slots=True)
class Filtered:
    expression: Expression
    name: str
    arguments: tuple[str | int, ...]

    def value(self, scope: Scope) -> object:
        return FILTERS[self.name].apply(self.expression.value(scope), *self.arguments)


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Expression
    operator: str
    right: Expression

    def value(self, scope: Scope) -> bool:
        return compare(self.left.value(scope), self.operator, self.right.value(scope))


@dataclass(frozen=True, slots=True)
class Both:
    left: Expression
    right: Expression

    def value(self, scope: Scope) -> bool:
        return bool(self.left.value(scope)) and bool(self.right.value(scope))


@dataclass(frozen=True, slots=True)
class Either:
    left: Expression
    right: Expression

    def value(self, scope: Scope) -> bool:
        return bool(self.left.value(scope)) or bool(self.right.value(scope))


@dataclass(frozen=True, slots=True)
class Negation:
    expression: Expression

    def value(self, scope: Scope) -> bool:
        return not self.expression.value(scope)


def compare(left: object, operator: str, right: object) -> bool:
    """The comparison; what cannot be compared is neither equal, less nor greater."""
    if operator == "in":
        return isinstance(right, tuple) and any(compare(left, "eq", one) for one in right)
    left, right = _comparable(left, right), _comparable(right, left)
    if _kind(left) != _kind(right):
        return operator == "ne"
    return OPERATORS[operator](left, right)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operators.eq,
    "ne": operators.ne,
    "lt": operators.lt,
    "lteq": operators.le,
    "gt": operators.gt,
    "gteq": operators.ge,
}


def _comparable(value: object, other: object) -> object:
    """The value; as a number if the other side is one and it reads so; None if it is empty."""
    if value == "":
        return None
    if isinstance(value, str) and _kind(other) == "number":
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "text" if isinstance(value, str) else type(value).__name__


class Step(Protocol):
    def write(self, scope: Scope, out: list[object]) -> None: ...


Program = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    piece: Piece

    def write(self, scope: Scope, out: list[object]) -> None:
        out.append(self.piece)


@dataclass(frozen=True, slots=True)
class Show:
    """Writes a value, as `encode` (a module's function, so that it pickles) puts it."""

    expression: Expression
    encode: Callable[[object], Piece]

    def write(self, scope: Scope, out: list[object]) -> None:
        out.append(self.encode(self.expression.value(scope)))


@dataclass(frozen=True, slots=True)
class Choose:
    branches: tuple[tuple[Expression, Program], ...]
    otherwise: Program

    def write(self, scope: Scope, out: list[object]) -> None:
        for condition, program in self.branches:
            if condition.value(scope):
                return run(program, scope, out)
        return run(self.otherwise, scope, out)


@dataclass(frozen=True, slots=True)
class Repeat:
    """The program once for each of the first LOOP_CAP entries."""

    variable: str
    field: str
    program: Program

    def write(self, scope: Scope, out: list[object]) -> None:
        items = scope.get(self.field)
        if not isinstance(items, Sequence) or isinstance(items, str):
            return
        for item in items[:LOOP_CAP]:
            run(self.program, {**scope, self.variable: item}, out)


def run(program: Program, scope: Scope, out: list[object]) -> None:
    for step in program:
        if type(step) is Constant:  # every other step, and a call would cost more than it does
            out.append(step.piece)
        else:
            step.write(scope, out)


def transform(
    program: Program,
    *,
    constant: Callable[[str], Piece],
    value: Callable[[object], Piece],
) -> Program:
    """The same program with each fixed text and each shown value put another way: encoded."""

    def again(steps: Program) -> Program:
        return transform(steps, constant=constant, value=value)

    def changed(step: Step) -> Step:
        match step:
            case Constant(str() as text):
                return Constant(constant(text))
            case Show(expression, _):
                return Show(expression, value)
            case Choose(branches, otherwise):
                kept = tuple((condition, again(then)) for condition, then in branches)
                return Choose(kept, again(otherwise))
            case Repeat(variable, field, body):
                return Repeat(variable, field, again(body))
        raise ValueError(f"not a step of a parsed template: {step}")

    return tuple(changed(step) for step in program)


def mentioned(expression: Expression) -> Iterator[str]:
    """The keys of the fields that an expression reads."""
    match expression:
        case FieldValue(key):
            yield key
        case Filtered(inner, _, _) | Negation(inner):
            yield from mentioned(inner)
        case Comparison(left, _, right) | Both(left, right) | Either(left, right):
            yield from mentioned(left)
            yield from mentioned(right)


def shown_values(
    program: Program, asked: frozenset[str] = frozenset()
) -> Iterator[tuple[Expression, frozenset[str]]]:
    """Every expression that is shown, with the fields that the conditions around it ask for."""
    for step in program:
        match step:
            case Show(expression, _):
                yield expression, asked
            case Choose(branches, otherwise):
                for condition, then in branches:
                    yield from shown_values(then, asked | set(mentioned(condition)))
                yield from shown_values(otherwise, asked)
            case Repeat(_, _, body):
                yield from shown_values(body, asked)


def has_fallback(expression: Expression) -> bool:
    if isinstance(expression, Filtered):
        return expression.name == "default" or has_fallback(expression.expression)
    return False
