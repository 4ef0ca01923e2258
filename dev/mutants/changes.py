"""Small changes to a module's syntax tree, each of which a test should notice (a mutant).

Always the same ones in the same order, named without line numbers. Left alone: annotations, docstrings,
and the wording of what is raised or logged.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
}  # fmt: skip
OPPOSITES = {"max": "min", "min": "max", "any": "all", "all": "any"}
# Each narrows, orders or locks what a query finds: without it the query still runs.
NARROWING = {"filter", "exclude", "order_by", "select_for_update", "distinct", "reversed"}
LOOK_UPS = {"filter", "exclude", "get"}
# What these are called means nothing while the program runs.
CALLED_FOR_PEOPLE = {"TypeVar", "ParamSpec", "ContextVar"}
SHOWN = 70

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Place(NamedTuple):
    """A node, where it hangs, and what is around it, outermost first."""

    node: ast.AST
    parent: ast.AST
    field: str
    at: int | None
    around: tuple[ast.AST, ...]

    def put(self, node: ast.AST) -> None:
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node

    @property
    def lists(self) -> list[list[ast.AST]]:
        """What loses an entry when the node is removed: of a dict, keys and values."""
        fields = ("keys", "values") if isinstance(self.parent, ast.Dict) else (self.field,)
        return [getattr(self.parent, field) for field in fields]


class Mutant(NamedTuple):
    """What is changed, and where: the lines, the function or the constant that could be exchanged."""

    name: str
    lines: range
    function: tuple[str, ...] = ()
    constant: str = ""


def mutants(source: str) -> list[Mutant]:
    return [mutant for mutant, _ in _changed(source)]


def mutated(source: str, number: int) -> ast.Module:
    """The syntax tree of the module with one change."""
    for count, (_, tree) in enumerate(_changed(source)):
        if count == number:
            return ast.fix_missing_locations(tree)
    raise ValueError("no such mutant")


def _changed(source: str) -> Iterator[tuple[Mutant, ast.Module]]:
    """Each mutant, and the tree as long as it is changed."""
    tree = ast.parse(source)
    seen: Counter[str] = Counter()

    def called(place: Place, change: str) -> Mutant:
        scopes = [it for it in place.around if isinstance(it, Function | ast.ClassDef)]
        names = tuple(getattr(it, "name", "lambda") for it in scopes)
        within = ".".join(names) or "module"
        if place.field == "decorator_list":
            within += f" around {getattr(place.parent, 'name', '')}"
        name = f"{within}: {change}"
        seen[name] += 1
        name += f" ({seen[name]})" * (seen[name] > 1)
        depth = sum(isinstance(it, Function) for it in scopes)
        constant = "" if scopes else _constant(tree, place)
        return Mutant(name, _lines(place), names if depth == 1 else (), constant)

    for place in list(_places(tree, ())):
        is_removable = _is_removable(place)
        # An entry that is not there shows what one that is spoiled would show.
        for changed in () if is_removable else _alternatives(place):
            before = _shown(place)
            place.put(ast.copy_location(changed, place.node))
            yield called(place, f"{before} -> {_shown(place._replace(node=changed))}"), tree
            place.put(place.node)
        if is_removable and place.at is not None:
            removed = [entries.pop(place.at) for entries in place.lists]
            yield called(place, f"without {', '.join(map(_text, removed))}"), tree
            for entries, entry in zip(place.lists, removed, strict=True):
                entries.insert(place.at, entry)


def assigned(statement: ast.AST) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def _constant(tree: ast.Module, place: Place) -> str:
    """Of which constant this is a part, if nothing else in the module is made of it."""
    name = assigned([*place.around, place.node][1])
    others = (it for it in tree.body if not isinstance(it, ast.FunctionDef))
    names = [it.id for other in others for it in ast.walk(other) if isinstance(it, ast.Name)]
    return name if names.count(name) == 1 else ""


def _places(node: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[Place]:
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "format_spec"} or isinstance(node, ast.Raise):
            continue
        # What decorates a function, and its defaults, is worked out where the function is made.
        is_outside = isinstance(node, Function) and field in {"decorator_list", "args"}
        within = around if is_outside else (*around, node)
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield Place(child, node, field, index, within)
                yield from _places(child, within)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant() | ast.Yield()):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in CALLED_FOR_PEOPLE
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="logger")))):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_removable(place: Place) -> bool:
    siblings = getattr(place.parent, place.field) if place.at is not None else []
    match place.parent, place.field:
        case ((ast.Set() | ast.List(ctx=ast.Load()) | ast.Tuple(ctx=ast.Load())), "elts"):
            return len(siblings) > 1 and not isinstance(place.around[-2], ast.Subscript)
        case ast.Call(func=ast.Attribute(attr=name)), "keywords":
            return name in LOOK_UPS and len(siblings) > 1
    return (type(place.parent), place.field) in {
        (ast.Dict, "keys"), (ast.FunctionDef, "decorator_list"), (ast.ClassDef, "decorator_list"),
    }  # fmt: skip


def _alternatives(place: Place) -> Iterator[ast.AST]:
    node = place.node
    if change := CHANGES.get(type(node)):
        yield from change(node)
    is_bare = not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant)
    if is_bare and place.field in {"test", "ifs"} and isinstance(node, ast.expr):
        yield ast.UnaryOp(ast.Not(), node)


def _compared(node: ast.Compare) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        ops = [*node.ops]
        ops[index] = COMPARISONS[type(operator)]()
        yield ast.Compare(node.left, ops, node.comparators)


def _calculated(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in ARITHMETIC:
        yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)


def _literal(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool() as value:
            yield ast.Constant(not value)
        case int() | float() as value:
            yield ast.Constant(value + 1)
        case str() as value:
            yield ast.Constant(f"XX{value}")
        case bytes() as value:
            yield ast.Constant(b"XX" + value)


def _called(node: ast.Call) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Attribute) and node.func.attr in NARROWING:
        yield node.func.value


def _returned(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(ast.Constant(None))


def _assigned(node: ast.Assign) -> Iterator[ast.AST]:
    if isinstance(node.targets[0], ast.Attribute | ast.Subscript):
        yield ast.Pass()


def _entered(node: ast.With) -> Iterator[ast.AST]:
    for item in node.items:
        rest = [it for it in node.items if it is not item]
        if item.optional_vars is None:
            yield ast.With(rest, node.body) if rest else ast.If(ast.Constant(True), node.body, [])


CHANGES: dict[type[ast.AST], Callable[[Any], Iterable[ast.AST]]] = {
    ast.Compare: _compared,
    ast.BinOp: _calculated,
    ast.Constant: _literal,
    ast.Call: _called,
    ast.Return: _returned,
    ast.Assign: _assigned,
    ast.With: _entered,
    ast.BoolOp: lambda it: [
        ast.BoolOp(ast.Or() if isinstance(it.op, ast.And) else ast.And(), it.values)
    ],
    ast.UnaryOp: lambda it: [it.operand],
    ast.Name: lambda it: [ast.Name(OPPOSITES[it.id], it.ctx)] if it.id in OPPOSITES else [],
    ast.AugAssign: lambda _: [ast.Pass()],
    ast.Expr: lambda _: [ast.Pass()],
    ast.Raise: lambda _: [ast.Pass()],
    ast.Delete: lambda _: [ast.Pass()],
    ast.Break: lambda _: [ast.Continue()],
    ast.Continue: lambda _: [ast.Break()],
}


def _lines(place: Place) -> range:
    """Those of the statement, without the statements inside of it."""
    statements = [it for it in (*place.around, place.node) if isinstance(it, ast.stmt)]
    if not statements:
        return range(0)
    last = statements[-1]
    body = getattr(last, "body", None)
    end = body[0].lineno if body else (last.end_lineno or last.lineno) + 1
    return range(last.lineno, max(end, last.lineno + 1))


def _shown(place: Place) -> str:
    """The change with the expression or line around it, as far as that is short."""
    shown = place.node
    for outer in reversed(place.around):
        is_part = isinstance(outer, ast.expr | ast.stmt | ast.keyword)
        if not is_part or _text(outer).endswith("..."):
            break
        shown = outer
    return _text(shown)


def _text(node: ast.AST) -> str:
    text, _, more = ast.unparse(node).partition("\n")
    return f"{text[:SHOWN]}..." if more or len(text) > SHOWN else text
