import pytest

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
