"""`make lock`: resolve requirements/*.in and package.json anew, without any host in the result."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from dev.bootstrap import REQUIREMENTS, ROOT, npm

UV = Path(sys.prefix) / "bin" / "uv"
# Each after the one that it must agree with.
PYTHON_LOCKS = ("boot", "node", "app", "local", "dev")
PAGE_LOCKS = (ROOT, REQUIREMENTS / "chromium")


def lock_python(name: str) -> None:
    options = ["--universal", "--python-version", "3.11", "--generate-hashes"]
    files = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
    subprocess.run(
        [UV, "pip", "compile", "--quiet", *options, "--no-emit-index-url", *files],
        cwd=ROOT,
        check=True,
    )


def lock_pages(folder: Path) -> None:
    """npm's lock, less the addresses of sponsors: the locks name no host at all."""
    options = ["--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved"]
    subprocess.run([npm(), "install", *options, "--no-audit", "--no-fund"], cwd=folder, check=True)
    lock = folder / "package-lock.json"
    content: dict[str, Any] = json.loads(lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    for lock_name in PYTHON_LOCKS:
        lock_python(lock_name)
    for page_folder in PAGE_LOCKS:
        lock_pages(page_folder)
