"""What the strict Content-Security-Policy would break, found before a browser does."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for path in [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    if "email" not in path.parts and "node_modules" not in path.parts
)
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle="),
    "a style element": re.compile(r"<style\b"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)"),
    "an inline handler": re.compile(r"\son[a-z]+="),
    "hx-on": re.compile(r"\shx-on"),
    "js: in htmx": re.compile(r"""=["']js:"""),
    "a data: address": re.compile(r"""(src|href)=["']data:"""),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_keeps_to_the_content_security_policy(path):
    text = path.read_text()
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_only_icons_of_the_sprite(path):
    drawn = set((ROOT / "dev/icons.txt").read_text().split())
    drawn |= set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "dev/symbols.svg").read_text()))
    named = set(re.findall(r"""\{% icon ["']([^"']+)["']""", path.read_text()))
    assert named - drawn == set()


def test_a_planted_inline_style_is_found():
    assert FORBIDDEN["an inline style"].search('<p style="color: red">')
    assert FORBIDDEN["an inline script"].search("<script>alert(1)</script>")
    assert not FORBIDDEN["an inline script"].search('<script type="application/json" id="x">')
