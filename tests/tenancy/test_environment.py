import re

import pytest
from django.conf import settings

from tenancy import environment


def test_a_variable_comes_from_its_file(monkeypatch, tmp_path):
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://ada@db/sealpost\n")
    monkeypatch.setenv("SOME_URL", "postgresql://nobody@nowhere/none")
    monkeypatch.setenv("SOME_URL_FILE", str(secret))

    assert environment.text("SOME_URL") == "postgresql://ada@db/sealpost"


def test_a_missing_variable_says_where_it_is_described(monkeypatch):
    monkeypatch.delenv("SOME_URL", raising=False)
    with pytest.raises(KeyError, match=r"Set SOME_URL in the environment; docs/development\.md"):
        environment.text("SOME_URL")


def test_no_variable_is_named_as_the_file_of_another():
    """Its path would be read as that one's value: the demo once took a file of names for its resolver."""
    source = (settings.BASE_DIR / "config" / "settings.py").read_text()
    names = set(re.findall(r'environment\.(?:text|secret)\(\s*"(\w+)"', source))
    assert "KMS_ROOT_KEY_FILE" in names
    assert {name for name in names if f"{name}_FILE" in names} == set()
