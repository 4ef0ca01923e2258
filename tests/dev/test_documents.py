"""Two pages of docs/ that would otherwise age: every dependency and every variable is on them."""

import json
import re

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
