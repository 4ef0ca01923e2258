"""Which small changes are made to a module, and that the runner tells what a test notices."""

import ast
import json
import os
import subprocess
import sys

import pytest

from config.settings_test import WORKER_NUMBER
from dev.mutants.changes import mutants, mutated
from dev.places import ROOT

SOURCE = '''
"""Docstrings stay."""
LIMIT: int = 5

@cache
def found(rows, *, most: "int" = 3):
    """And here."""
    if not rows:
        raise ValueError("the wording stays")
    logger.info("and here")
    return rows.filter(kind=KIND, open=True).order_by("id")[:most]
'''
QUERY = "found: return rows.filter(kind=KIND, open=True).order_by('id')[:most] -> return "
CHANGES = [
    "module: LIMIT: int = 5 -> LIMIT: int = 6",
    "module: 3 -> 4",
    "found: not rows -> rows",
    "found: raise ValueError('the wording stays') -> pass",
    f"{QUERY}None",
    f"{QUERY}rows.filter(kind=KIND, open=True)[:most]",
    f"{QUERY}rows.order_by('id')[:most]",
    "found: without kind=KIND",
    "found: without open=True",
    f"{QUERY}rows.filter(kind=KIND, open=False).order_by('id')[:most]",
    f"{QUERY}rows.filter(kind=KIND, open=True).order_by('XXid')[:most]",
    "module around found: without cache",
]


def test_the_changes_are_always_these():
    assert [mutant.name for mutant in mutants(SOURCE)] == CHANGES


def test_each_change_is_one_and_leaves_the_rest_as_it_is():
    texts = {ast.unparse(mutated(SOURCE, number)) for number in range(len(CHANGES))}
    assert len(texts) == len(CHANGES)
    assert ast.unparse(ast.parse(SOURCE)) not in texts
    assert "'id'" in ast.unparse(mutated(SOURCE, len(CHANGES) - 1))
    with pytest.raises(ValueError, match="no such mutant"):
        mutated(SOURCE, len(CHANGES))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a < b", "a <= b"),
        ("a == b", "a != b"),
        ("a in b", "a not in b"),
        ("a and b", "a or b"),
        ("a + b", "a - b"),
        ("a & b", "a | b"),
        ("x = -a", "x = a"),
        ("a.b = c", "pass"),
        ("f(b'x')", "f(b'XXx')"),
        ("x = max(a)", "x = min(a)"),
        ("x = a if b else c", "x = a if not b else c"),
        ("x = {1, 2}", "x = {2}"),
        ("x = {k: v}", "x = {}"),
        ("a += b", "pass"),
    ],
)
def test_a_change_of_each_kind(before, after):
    found = [ast.unparse(mutated(before, at)) for at in range(len(mutants(before)))]
    assert after in found


@pytest.mark.prove
def test_the_runner_tells_what_a_test_notices(tmp_path):
    answers = tmp_path / "answers.json"
    sample = ["tests/dev/sampled.py", "tests/dev/sampled_test.py"]
    done = subprocess.run(
        [sys.executable, "-m", "dev.mutants", answers, *sample],
        cwd=ROOT, env=os.environ | {"PYTEST_XDIST_WORKER": f"gw{26 + WORKER_NUMBER}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(answers.read_text()) == {
        "module: LIMIT = 5 -> LIMIT = 6": False,
        "is_small: return value < LIMIT -> return None": True,
        "is_small: return value < LIMIT -> return value <= LIMIT": False,
        "counted: value < LIMIT -> value <= LIMIT": False,
        "counted: value += 1 -> pass": True,  # never ends, and is ended
        "counted: value += 1 -> value += 2": False,
        "counted: return value -> return None": True,
    }
