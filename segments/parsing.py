"""From the JSON of a rule to its tree, refusing all that the tenant's schema does not know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from segments import operands
from segments.fields import Field, FieldType, Schema
from segments.operators import OPERATORS
from segments.rules import (
    AnniversaryMonth,
    Condition,
    ConsentIs,
    DateMatch,
    Did,
    Group,
    Known,
    NumberMatch,
    Path,
    RelativeDate,
    TextMatch,
    YesNo,
)
from tenancy.errors import DomainError

MATCHES = ("all", "any", "none")
# Deeper trees and longer lists are not readable as a sentence, and so not reviewable.
DEEPEST = 4
MOST_CONDITIONS = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one part of a rule."""

    path: Path
    message: str


class RuleInvalid(DomainError):
    """The rule cannot be read. `problems` has a sentence for each part that needs a change."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


def parse(rule: object, schema: Schema) -> Group:
    """The tree of a rule given as JSON values. Raises RuleInvalid."""
    parser = _Parser(schema)
    tree = parser.group(rule, path=())
    if parser.count > MOST_CONDITIONS:
        parser.problem((), f"Use at most {MOST_CONDITIONS} rules in a segment.")
    if parser.problems:
        raise RuleInvalid(tuple(parser.problems))
    return tree


@dataclass(slots=True)
class _Parser:
    schema: Schema
    problems: list[Problem] = dataclass_field(default_factory=list)
    count: int = 0

    def problem(self, path: Path, message: str) -> None:
        self.problems.append(Problem(path, message))

    def group(self, node: object, *, path: Path) -> Group:
        empty = Group("all", ())
        if len(path) >= DEEPEST:
            self.problem(
                path, f"Nest groups at most {DEEPEST} deep. Move these rules one group up."
            )
            return empty
        if not isinstance(node, Mapping) or set(node) != {"match", "rules"}:
            self.problem(path, "A group has “match” and “rules”, and nothing else.")
            return empty
        if node["match"] not in MATCHES:
            self.problem(path, "Choose whether people match all, any or none of the rules.")
            return empty
        if not isinstance(node["rules"], list):
            self.problem(path, "The rules of a group are a list.")
            return empty
        if not node["rules"] and (path or node["match"] != "all"):
            self.problem(path, "Add a rule to this group, or remove the group.")
            return empty
        rules = [self._rule(inner, (*path, place)) for place, inner in enumerate(node["rules"])]
        return Group(node["match"], tuple(rule for rule in rules if rule is not None))

    def _rule(self, node: object, path: Path) -> Group | Condition | None:
        if isinstance(node, Mapping) and ("match" in node or "rules" in node):
            return self.group(node, path=path)
        self.count += 1
        try:
            return read_condition(node, self.schema)
        except operands.OperandRefused as refusal:
            self.problem(path, str(refusal))
            return None


def read_condition(node: object, schema: Schema) -> Condition:
    """One condition. Raises OperandRefused with the sentence that says what to change."""
    if not isinstance(node, Mapping):
        raise operands.OperandRefused("A rule has a field, an operator and its values.")
    field = _field(node, schema)
    operator = OPERATORS[field.type].get(_word(node, "operator"))
    if operator is None:
        raise operands.OperandRefused(f"Choose what should be true of “{field.label}”.")
    known = {"field", "operator", *(operand.name for operand in operator.operands)}
    if unknown := sorted(str(key) for key in set(node) - known):
        raise operands.OperandRefused(
            f"“{field.label} {operator.label}” takes no “{unknown[0]}”. Remove it."
        )
    return _condition(field, operator.name, node)


def _field(node: Mapping[str, object], schema: Schema) -> Field:
    key = _word(node, "field")
    if not key:
        raise operands.OperandRefused("Choose a field.")
    if key not in schema:
        raise operands.OperandRefused(
            "The contact schema no longer has this field. Choose another field, or remove the rule."
        )
    return schema[key]


def _word(node: Mapping[str, object], key: str) -> str:
    text = node.get(key)
    return text if isinstance(text, str) else ""


def _condition(field: Field, operator: str, node: Mapping[str, object]) -> Condition:
    if operator in ("known", "not_known"):
        return Known(field, operator)
    return READERS[field.type](field, operator, node)


def _number(field: Field, operator: str, node: Mapping[str, object]) -> Condition:
    return NumberMatch(field, operator, *operands.numbers(node, operator))


def _yes_no(field: Field, operator: str, _: Mapping[str, object]) -> Condition:
    return YesNo(field, operator)


def _consent(field: Field, operator: str, _: Mapping[str, object]) -> Condition:
    return ConsentIs(field, operator)


def _did(field: Field, operator: str, node: Mapping[str, object]) -> Condition:
    has_period = node.get("amount") is not None or node.get("unit") is not None
    period = operands.period(node) if has_period else None
    return Did(field, operator, operands.times(node), period, operands.campaign(node))


def _text_match(field: Field, operator: str, node: Mapping[str, object]) -> Condition:
    texts = operands.texts(node) if operator == "is_one_of" else (operands.text(node),)
    return TextMatch(field, operator, texts)


def _choice(field: Field, operator: str, node: Mapping[str, object]) -> Condition:
    return TextMatch(field, operator, operands.choices(node, operator, field))


def _date(field: Field, operator: str, node: Mapping[str, object]) -> Condition:
    match operator:
        case "on" | "before" | "after" | "between":
            return DateMatch(field, operator, *operands.days(node, operator))
        case "anniversary_in":
            return AnniversaryMonth(field, operator, operands.month(node))
    return RelativeDate(field, operator, operands.period(node))


READERS: dict[FieldType, Callable[[Field, str, Mapping[str, object]], Condition]] = {
    FieldType.TEXT: _text_match,
    FieldType.CHOICE: _choice,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.BOOLEAN: _yes_no,
    FieldType.CONSENT: _consent,
    FieldType.ACTIVITY: _did,
}
