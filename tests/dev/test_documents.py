"""Pages of docs/ that would otherwise age: what they must name, and that what they name is there."""

import json
import re
from pathlib import Path

import pytest

from dev.places import ROOT

APPS = (
    "config",
    "tenancy",
    "audit",
    "accounts",
    "compliance",
    "contacts",
    "segments",
    "campaigns",
    "workflows",
    "delivery",
    "integrations",
)


def words_of(page):
    return set(re.findall(r"[@\w./-]+", (ROOT / "docs" / page).read_text()))


def test_every_dependency_is_explained():
    names = set()
    for wanted in (ROOT / "requirements").glob("*.in"):
        names |= set(re.findall(r"^([a-z][\w-]*)", wanted.read_text(), re.MULTILINE))
    for manifest in (ROOT / "package.json", ROOT / "requirements/chromium/package.json"):
        content = json.loads(manifest.read_text())
        names |= content["dependencies"].keys() | content.get("devDependencies", {}).keys()

    assert names - words_of("dependencies.md") == set()


def test_every_variable_is_explained():
    names = set()
    for app in APPS:
        for module in (ROOT / app).rglob("*.py"):
            names |= set(re.findall(r"environment\.text\(\s*\"(\w+)\"", module.read_text()))

    assert len(names) > 20
    assert names - words_of("development.md") == set()


def named_in(line):
    """Places in backquotes; a bare file name stands beside the place before it."""
    folder = ROOT
    for place in re.findall(r"`([\w./-]+(?:::\w+)?)`", line):
        name, _, test = place.partition("::")
        if "/" not in name and not name.endswith(".py"):
            continue
        path = ROOT / name if "/" in name else folder / name
        folder = path if name.endswith("/") else path.parent
        yield path, test


def is_there(path: Path, test: str) -> bool:
    return path.exists() and (not test or f"def {test}(" in path.read_text())


def missing(text):
    return [
        f"{path.relative_to(ROOT)}::{test}"
        for line in text.splitlines()
        if line.startswith("| ")
        for path, test in named_in(line)
        if not is_there(path, test)
    ]


@pytest.mark.parametrize("page", ["security.md", "hipaa.md"])
def test_every_file_and_test_that_a_claim_names_is_there(page):
    assert missing((ROOT / "docs" / page).read_text()) == []


def test_every_claim_of_security_names_a_test():
    claims = re.findall(r"^\| (?!Claim).*", (ROOT / "docs/security.md").read_text(), re.MULTILINE)
    assert len(claims) > 50
    assert [claim for claim in claims if "::test_" not in claim.split(" | ")[-1]] == []


def test_a_claim_without_its_file_or_test_is_found():
    row = "| x | `tenancy/scope.py`, `gone.py` | `tests/dev/test_documents.py::test_of_nothing` |"
    assert missing(row) == [
        "tenancy/gone.py::",
        "tests/dev/test_documents.py::test_of_nothing",
    ]
