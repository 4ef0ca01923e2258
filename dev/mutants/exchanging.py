"""A module that has been imported becomes one of its mutants for a while, wherever it is used."""

import ast
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any

from dev.mutants.changes import Mutant, assigned

COMPREHENSIONS = ("comp>", "<genexpr>")


@contextmanager
def exchanged(module: ModuleType, mutant: Mutant, tree: ast.Module) -> Iterator[bool]:
    """False where the change cannot be made any more, now that the module has been imported."""
    if mutant.constant:
        with _constant_exchanged(module, mutant.constant, tree) as is_exchanged:
            yield is_exchanged
        return
    function = _found(module, mutant.function)
    code = _inside(compiled(tree, str(module.__file__)), mutant.function)
    if function is None or code is None or not _fits(code, function.__code__):
        yield False
        return
    before = function.__code__
    function.__code__ = code
    yield True
    function.__code__ = before


@contextmanager
def _constant_exchanged(module: ModuleType, name: str, tree: ast.Module) -> Iterator[bool]:
    """In the module, and where it was imported from there by its name."""
    before, space = vars(module)[name], {**vars(module)}
    (made,) = (it for it in tree.body if assigned(it) == name)
    try:
        exec(compile(ast.Module([made], []), name, "exec"), space)  # noqa: S102 - our own source
    except Exception:  # noqa: BLE001 - a changed expression may raise anything; the import judges it
        yield False
        return
    holders = [
        held
        for it in [*sys.modules.values()]
        if (held := getattr(it, "__dict__", {})).get(name) is before
    ]
    for held in holders:
        held[name] = space[name]
    yield True
    for held in holders:
        held[name] = before


def _found(module: ModuleType, names: tuple[str, ...]) -> FunctionType | None:
    """The function below its decorators, if they lead to it."""
    it: Any = module if names else None
    for name in names:
        it = vars(it).get(name)
        it = getattr(it, "fget", None) or getattr(it, "__func__", None) or it
        while hasattr(it, "__wrapped__"):
            it = it.__wrapped__
        if it is None:
            break
    return it if isinstance(it, FunctionType) else None


def _inside(code: CodeType, names: tuple[str, ...]) -> CodeType | None:
    """The code of a function in the code of its module."""
    for name in names:
        named = [it for it in code.co_consts if isinstance(it, CodeType) and it.co_name == name]
        if len(named) != 1:
            return None
        code = named[0]
    return code


def _fits(code: CodeType, before: CodeType) -> bool:
    """Functions that it made when something was imported would go on as they are."""
    makes_functions = any(
        isinstance(it, CodeType) and not it.co_name.endswith(COMPREHENSIONS)
        for it in before.co_consts
    )
    return not makes_functions and code.co_freevars == before.co_freevars


def compiled(source: Any, path: str) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        code: CodeType = compile(source, path, "exec")
    return code
