"""Install what the locks name, so that a machine needs Python, git and make only.

Standard library only: it runs before anything is installed. Each step leaves the names and the
digest of its locks beside what it installed, and is skipped while they agree.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
REQUIREMENTS = ROOT / "requirements"
STAMP = ".sealpost-locks"
# The machine's own roots count for uv, pip and Node too: companies add theirs there.
ROOTS = "/etc/ssl/certs/ca-certificates.crt"
TRUST = {"UV_SYSTEM_CERTS": "1", "PIP_CERT": ROOTS, "NODE_EXTRA_CA_CERTS": ROOTS}


def main(wanted: list[str]) -> None:
    """Install what the demo needs, and `dev` (test tools) and `browser` if they are wanted."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older one may run this file
        raise SystemExit("Sealpost needs Python 3.11 or newer: `make PYTHON=python3.11 ...`.")
    (ROOT / ".local").mkdir(exist_ok=True)
    with (ROOT / ".local" / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs in one checkout wait for each other
        install_python_packages({"boot", "app", "local", *({"dev"} & set(wanted))})
        install_page_packages()
        run([PYTHON, "-m", "dev.frontend"])
        if "browser" in wanted:
            subprocess.run([PYTHON, "-m", "dev.chromium"], cwd=ROOT, check=True)


def install_python_packages(names: set[str]) -> None:
    """Make .venv hold exactly these locks, and those that it held before."""
    if not has_npm():
        names.add("node")
    installed = stamped(VENV)
    names |= installed
    if PYTHON.exists() and names == installed and agrees(VENV, python_locks(names)):
        return
    began = announce("Python packages")
    unshare(VENV)
    if not PYTHON.exists():
        make_venv()
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        boot = REQUIREMENTS / "boot.txt"
        run([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", boot])
    sync = ["pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes"]
    run([uv, *sync, "--python", PYTHON, *python_locks(names)])
    stamp(VENV, names, python_locks(names))
    finish(began)


def install_page_packages() -> None:
    """Make node_modules hold exactly package-lock.json."""
    locks = [ROOT / "package-lock.json"]
    if agrees(NODE_MODULES, locks):
        return
    began = announce("page packages")
    unshare(NODE_MODULES)
    run([npm(), "ci", "--no-audit", "--no-fund"])
    stamp(NODE_MODULES, {"npm"}, locks)
    finish(began)


def make_venv() -> None:
    """Make .venv with pip in it; Debian's Python alone cannot, so with python3-venv or uv."""
    if venv_works():
        return
    if uv := shutil.which("uv"):
        run([uv, "venv", "--quiet", "--seed", "--clear", "--python", sys.executable, VENV])
    elif os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install(["python3-venv"])
        if not venv_works():
            raise SystemExit("python3 -m venv does not work, even with python3-venv installed.")
    else:
        raise SystemExit("`python3 -m venv` does not work here. Install python3-venv or uv.")


def venv_works() -> bool:
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, check=False
    )
    return made.returncode == 0


def apt_install(packages: Sequence[str]) -> None:
    """Install system packages; other users of apt are waited for."""
    settings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    subprocess.run([*apt, "update"], env=settings, capture_output=True, check=False)
    install = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    subprocess.run(install, env=settings, capture_output=True, check=False)


def has_npm() -> bool:
    """True if the machine has Node of its own; else it comes from a wheel."""
    outside = os.pathsep.join(
        entry for entry in os.environ["PATH"].split(os.pathsep) if Path(entry) != VENV / "bin"
    )
    return bool(shutil.which("npm", path=outside) and shutil.which("node", path=outside))


def npm() -> str:
    return shutil.which("npm") or str(VENV / "bin" / "npm")


def python_locks(names: set[str]) -> list[Path]:
    return [REQUIREMENTS / f"{name}.txt" for name in sorted(names)]


def agrees(folder: Path, locks: Sequence[Path]) -> bool:
    """True if the folder was installed from locks with this very content."""
    stored = folder / STAMP
    return stored.exists() and stored.read_text().split()[-1] == digest(locks)


def stamped(folder: Path) -> set[str]:
    """The names of the locks that the folder was installed from."""
    stored = folder / STAMP
    return set(stored.read_text().split()[:-1]) if stored.exists() else set()


def stamp(folder: Path, names: set[str], locks: Sequence[Path]) -> None:
    (folder / STAMP).write_text(f"{' '.join(sorted(names))} {digest(locks)}\n")


def digest(locks: Sequence[Path]) -> str:
    return hashlib.sha256(b"\0".join(lock.read_bytes() for lock in locks)).hexdigest()


def unshare(folder: Path) -> None:
    """Drop a link to another checkout's folder, which must not change under that checkout."""
    if folder.is_symlink():
        folder.unlink()


def announce(what: str) -> float:
    print(f"Installing {what} ...", end=" ", flush=True)
    return time.monotonic()


def finish(began: float) -> None:
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def run(command: Sequence[str | Path]) -> None:
    """Run in the checkout. Raises SystemExit with the command's own words if it fails."""
    settings = (TRUST if Path(ROOTS).exists() else {}) | os.environ
    settings["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*command], cwd=ROOT, env=settings, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        words = " ".join(Path(part).name for part in map(str, command[:3]))
        raise SystemExit(f"\n{done.stdout}\n`{words}` failed ({done.returncode}).")


if __name__ == "__main__":
    main(sys.argv[1:])
