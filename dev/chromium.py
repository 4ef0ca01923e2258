"""A Chromium for the browser tests: one that is there, or apt's, or npm's."""

import ctypes.util
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import brotli

from dev.bootstrap import announce, apt_install, finish, npm, run
from dev.places import LOCAL, ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
UNPACKED = LOCAL / "chromium"
WRAPPER = UNPACKED / "chromium"

# Without a configured font the browser ends with SIGTRAP.
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def find() -> Path | None:
    """A browser that is installed: CHROMIUM_PATH, Playwright's, the system's, our own."""
    if chosen := os.environ.get("CHROMIUM_PATH"):
        return Path(chosen)
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")
    bundled = sorted(Path(cache).expanduser().glob("chromium-*/chrome-linux*/chrome"))
    on_path = [Path(found) for name in NAMES if (found := shutil.which(name))]
    candidates = [*bundled[-1:], *on_path, *APPLICATIONS, WRAPPER]
    return next((path for path in candidates if path.exists()), None)


def browser_variables() -> dict[str, str]:
    """What browser tests read: CHROMIUM_PATH, and a Node that can run Playwright's driver."""
    variables = {}
    if browser := find():
        variables["CHROMIUM_PATH"] = str(browser)
    node = shutil.which("node", path=f"{os.environ['PATH']}{os.pathsep}{Path(sys.prefix) / 'bin'}")
    # Playwright's own Node needs libatomic, which minimal Debian lacks.
    if node and sys.platform == "linux" and not ctypes.util.find_library("atomic"):
        variables["PLAYWRIGHT_NODEJS_PATH"] = node
    return variables


def install() -> None:
    """Install a browser: by apt for root, else from npm. Raises SystemExit if both fail."""
    began = announce("Chromium")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install(["chromium", "fonts-dejavu-core", "libatomic1"])
    if find() is None:
        install_from_npm()
    if find() is None:
        raise SystemExit("No Chromium. Install one, or set CHROMIUM_PATH.")
    finish(began)


def install_from_npm() -> None:
    """Unpack the browser that @sparticuz/chromium carries, with its libraries and fonts."""
    shutil.rmtree(UNPACKED, ignore_errors=True)
    shutil.copytree(ROOT / "requirements" / "chromium", UNPACKED)
    run([npm(), "ci", "--prefix", UNPACKED, "--ignore-scripts", "--loglevel=error"])
    parts = UNPACKED / "node_modules" / "@sparticuz" / "chromium" / "bin"
    program = UNPACKED / "program" / "chromium"
    program.parent.mkdir()
    program.write_bytes(brotli.decompress((parts / "chromium.br").read_bytes()))
    for archive in ("al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"):
        unpack(parts / archive, program.parent)
    shutil.rmtree(UNPACKED / "node_modules")
    fonts = FONTS_CONF.format(fonts=program.parent / "fonts", cache=UNPACKED / "font-cache")
    (UNPACKED / "fonts.conf").write_text(fonts)
    WRAPPER.write_text(
        "#!/bin/sh\n"
        f'LD_LIBRARY_PATH="{program.parent}/lib" FONTCONFIG_FILE="{UNPACKED}/fonts.conf" '
        f'exec "{program}" "$@"\n'
    )
    for path in (program, WRAPPER):
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


def unpack(archive: Path, folder: Path) -> None:
    content = brotli.decompress(archive.read_bytes())
    subprocess.run(["tar", "-x", "-C", folder], input=content, check=True)


if __name__ == "__main__" and find() is None:
    install()
