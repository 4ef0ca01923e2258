"""Scripts of patients' pages come with their hashes, those that they import too."""

import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from django.template import Context, Template

from accounts import page_scripts

FOLDER = Path(__file__).parents[2] / "static/js"


def hash_by_openssl(name: str) -> str:
    command = ["openssl", "dgst", "-sha384", "-binary", str(FOLDER / name)]
    found = subprocess.run(command, capture_output=True, check=True)
    return f"sha384-{b64encode(found.stdout).decode()}"


def test_the_hash_is_that_of_the_file():
    for name in ("portal-open.js", "escrow-keys.js"):
        assert page_scripts.integrity(name) == hash_by_openssl(name)


def test_what_a_script_imports_is_found_however_deep():
    assert page_scripts.imported_by("escrow-keys.js") == []
    assert set(page_scripts.imported_by("portal-passphrase.js")) == {
        "argon2id.js", "blake2b.js", "escrow-keys.js",
    }  # fmt: skip


def test_no_import_of_the_portals_scripts_is_overlooked():
    for script in (
        *FOLDER.glob("portal-*.js"),
        *FOLDER.glob("escrow-*.js"),
        FOLDER / "argon2id.js",
    ):
        imports = [line for line in script.read_text().splitlines() if line.startswith("import ")]
        seen = page_scripts._IMPORTED.findall(script.read_text())
        assert len(seen) == len(imports), script.name


def test_a_page_names_the_hash_of_each():
    written = Template('{% load ui %}{% page_script "portal-gate.js" %}').render(Context())
    assert written == (
        '<link rel="modulepreload" href="/static/js/escrow-keys.js" '
        f'integrity="{hash_by_openssl("escrow-keys.js")}">'
        '<script type="module" src="/static/js/portal-gate.js" '
        f'integrity="{hash_by_openssl("portal-gate.js")}"></script>'
    )


def test_a_script_that_is_not_there_is_a_mistake_of_ours():
    with pytest.raises(FileNotFoundError):
        page_scripts.integrity("nothing.js")
