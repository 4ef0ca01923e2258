"""The merge language: of Jinja2's grammar only plain look-ups, filters, if and for are accepted.

Jinja2 only parses; it never compiles or renders what a tenant wrote, as its sandbox is no boundary
(CVE-2024-56326, CVE-2025-27516). What is accepted becomes our own tree (`campaigns.merge.tree`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from campaigns.merge import tree
from campaigns.merge.fields import MergeField, Schema
from campaigns.merge.filters import FILTERS, shown
from tenancy.errors import DomainError

LONGEST_SOURCE = 512 * 1024
MOST_OPERATIONS = 10_000
LONGEST_LITERAL = 500

_environment = Environment(keep_trailing_newline=True, autoescape=False)  # noqa: S701 - only parses


class MergeError(DomainError):
    """The template says something that the language has no word for; `line` says where."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Merge:
    """A parsed template. `fields` are the keys of all fields that it mentions."""

    program: tree.Program
    fields: frozenset[str]


@dataclass(slots=True)
class _Reading:
    schema: Schema
    fields: set[str] = field(default_factory=set)
    loop: tuple[str, MergeField] | None = None
    operations: int = 0

    def count(self, line: int) -> None:
        self.operations += tree.LOOP_CAP if self.loop else 1
        if self.operations > MOST_OPERATIONS:
            raise MergeError("There are too many fields and conditions. Shorten the content.", line)


def parse(source: str, schema: Schema) -> Merge:
    """The tree of `source`, in which each field is one of `schema`. Raises MergeError."""
    if len(source) > LONGEST_SOURCE:
        raise MergeError("The content is too long: the limit is 512 KB.")
    reading = _Reading(schema)
    try:
        parsed = _environment.parse(source)
        program = _program(parsed.body, reading)
    except TemplateSyntaxError as error:
        raise MergeError(_sentence(error.message), error.lineno) from None
    except RecursionError:
        raise MergeError("The conditions are nested too deeply.") from None
    except (ValueError, OverflowError):
        raise MergeError("A number or text in quotes cannot be read.") from None
    return Merge(program, frozenset(reading.fields))


def parse_condition(source: str, schema: Schema) -> tree.Expression:
    """The expression of a `show_if`. Raises MergeError if it is more than one expression."""
    if any(mark in source for mark in ("{", "}", "\n", "#", "%")):
        raise MergeError("A condition is one line without braces, such as: balance > 100")
    program = parse(f"{{% if {source} %}}{{% endif %}}", schema).program
    if len(program) != 1 or not isinstance(program[0], tree.Choose):
        raise MergeError("A condition is one line without braces, such as: balance > 100")
    return program[0].branches[0][0]


def _program(body: list[nodes.Node], reading: _Reading) -> tree.Program:
    return tuple(step for node in body for step in _steps(node, reading))


def _steps(node: nodes.Node, reading: _Reading) -> Iterator[tree.Step]:
    reading.count(node.lineno)
    match node:
        case nodes.Output():
            for child in node.nodes:
                yield _output(child, reading)
        case nodes.If():
            yield _choose(node, reading)
        case nodes.For():
            yield _repeat(node, reading)
        case _:
            raise _unknown(node)


def _output(node: nodes.Node, reading: _Reading) -> tree.Step:
    if isinstance(node, nodes.TemplateData):
        return tree.Constant(node.data)
    if not isinstance(node, nodes.Expr):
        raise _unknown(node)
    reading.count(node.lineno)
    expression = _expression(node, reading)
    declared = _declared(node, reading)
    if declared is not None and declared.kind == "list":
        raise MergeError(f"“{declared.key}” is a list. Repeat over it with for.", node.lineno)
    if declared is not None and declared.kind == "date":
        expression = tree.Filtered(expression, "date", ())
    return tree.Show(expression, shown)


def _declared(node: nodes.Expr, reading: _Reading) -> MergeField | None:
    """The field that the expression shows unchanged, or with a fallback only."""
    while isinstance(node, nodes.Filter) and node.name == "default" and node.node is not None:
        node = node.node
    if isinstance(node, nodes.Name):
        return reading.schema.get(node.name)
    if isinstance(node, nodes.Getattr) and reading.loop:
        return _item(reading.loop[1], node.attr)
    return None


def _choose(node: nodes.If, reading: _Reading) -> tree.Choose:
    branches = [
        (_expression(one.test, reading), _program(one.body, reading)) for one in (node, *node.elif_)
    ]
    return tree.Choose(tuple(branches), _program(node.else_, reading))


def _repeat(node: nodes.For, reading: _Reading) -> tree.Repeat:
    if reading.loop:
        raise MergeError("A for inside a for is not possible.", node.lineno)
    if node.else_ or node.test or node.recursive or not isinstance(node.target, nodes.Name):
        raise MergeError("Write it as: {% for visit in visits %} … {% endfor %}", node.lineno)
    listed = reading.schema.get(node.iter.name) if isinstance(node.iter, nodes.Name) else None
    if listed is None or listed.kind != "list":
        raise MergeError("A for repeats over a field that is a list.", node.lineno)
    variable = node.target.name
    if variable in reading.schema:
        raise MergeError(f"“{variable}” is a field already. Use another name.", node.lineno)
    reading.fields.add(listed.key)
    reading.loop = (variable, listed)
    body = _program(node.body, reading)
    reading.loop = None
    return tree.Repeat(variable, listed.key, body)


def _expression(node: nodes.Node | None, reading: _Reading) -> tree.Expression:
    read = READERS.get(type(node))
    if read is None or node is None:
        raise _unknown(node)
    reading.count(node.lineno)
    return read(node, reading)


def _negative(node: nodes.Neg, _reading: _Reading) -> tree.Literal:
    number = node.node.value if isinstance(node.node, nodes.Const) else None
    if not isinstance(number, (int, float)):
        raise _unknown(node)
    return tree.Literal(-number)


def _field(node: nodes.Name, reading: _Reading) -> tree.FieldValue:
    if node.name not in reading.schema:
        raise MergeError(f"There is no field “{node.name[:60]}”.", node.lineno)
    reading.fields.add(node.name)
    return tree.FieldValue(node.name)


def _item_field(node: nodes.Getattr, reading: _Reading) -> tree.ItemValue:
    if not reading.loop or not isinstance(node.node, nodes.Name):
        raise _unknown(node)
    variable, listed = reading.loop
    if node.node.name != variable:
        raise _unknown(node)
    if _item(listed, node.attr) is None:
        raise MergeError(f"An entry of “{listed.key}” has no “{node.attr[:60]}”.", node.lineno)
    return tree.ItemValue(variable, node.attr)


def _item(listed: MergeField, key: str) -> MergeField | None:
    return next((item for item in listed.items if item.key == key), None)


def _literal(node: nodes.Const, _reading: _Reading) -> tree.Literal:
    return _checked_literal(node.value, node.lineno)


def _checked_literal(content: object, line: int) -> tree.Literal:
    if isinstance(content, str):
        if len(content) > LONGEST_LITERAL or "{" in content or "}" in content:
            raise MergeError("A text in quotes is at most 500 characters, without braces.", line)
        return tree.Literal(content)
    if content is None or isinstance(content, (bool, int, float)):
        return tree.Literal(content)
    raise MergeError("Write a text in quotes, a number, true or false.", line)


def _comparison(node: nodes.Compare, reading: _Reading) -> tree.Expression:
    if len(node.ops) != 1:
        raise MergeError("Compare two things at a time, and join them with and.", node.lineno)
    operand = node.ops[0]
    left = _expression(node.expr, reading)
    if operand.op in tree.OPERATORS:
        return tree.Comparison(left, operand.op, _expression(operand.expr, reading))
    if not isinstance(operand.expr, (nodes.List, nodes.Tuple)):
        raise MergeError('After in comes a list of texts, such as ["NY", "NJ"].', node.lineno)
    choices = [_expression(item, reading) for item in operand.expr.items]
    literals = tuple(one.content for one in choices if isinstance(one, tree.Literal))
    if len(literals) != len(choices):
        raise MergeError('After in comes a list of texts, such as ["NY", "NJ"].', node.lineno)
    found = tree.Comparison(left, "in", tree.Literal(literals))
    return found if operand.op == "in" else tree.Negation(found)


def _filtered(node: nodes.Filter, reading: _Reading) -> tree.Filtered:
    known = FILTERS.get(node.name)
    if known is None:
        listed = ", ".join(FILTERS)
        raise MergeError(
            f"There is no filter “{node.name[:60]}”. There are: {listed}.", node.lineno
        )
    arguments = tuple(_argument(one) for one in node.args)
    is_named = bool(node.kwargs or node.dyn_args or node.dyn_kwargs)
    if is_named or not known.fits(arguments):
        hint = f"Write it as: {known.example}" if known.example else "It takes no argument."
        raise MergeError(f"The filter “{node.name}” cannot be used so. {hint}", node.lineno)
    return tree.Filtered(_expression(node.node, reading), node.name, arguments)


def _argument(node: nodes.Expr) -> str | int:
    content = _checked_literal(node.value if isinstance(node, nodes.Const) else (), node.lineno)
    if isinstance(content.content, (str, int)):
        return content.content
    raise MergeError("After a filter comes a text in quotes or a number.", node.lineno)


READERS: dict[type[object], Callable[[Any, _Reading], tree.Expression]] = {
    nodes.Name: _field,
    nodes.Getattr: _item_field,
    nodes.Const: _literal,
    nodes.Neg: _negative,
    nodes.Filter: _filtered,
    nodes.Compare: _comparison,
    nodes.And: lambda node, reading: tree.Both(*_pair(node, reading)),
    nodes.Or: lambda node, reading: tree.Either(*_pair(node, reading)),
    nodes.Not: lambda node, reading: tree.Negation(_expression(node.node, reading)),
}


def _pair(node: nodes.BinExpr, reading: _Reading) -> tuple[tree.Expression, tree.Expression]:
    return _expression(node.left, reading), _expression(node.right, reading)


def _unknown(node: nodes.Node | None) -> MergeError:
    word = type(node).__name__.lower()
    line = (node and node.lineno) or 1
    return MergeError(
        f"“{word}” cannot be used here. A template shows fields, with filters, if and for.", line
    )


def _sentence(message: str | None) -> str:
    text = (message or "the braces do not match").rstrip(".")
    return f"{text[:1].upper()}{text[1:200]}."
