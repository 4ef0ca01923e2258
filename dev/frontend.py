"""Fill static_vendor/ from node_modules: styles, icons, fonts and scripts of our own origin.

Run at set-up, after `npm ci`. Nothing third-party is committed, and nothing is served that
config/static_finder.py does not list. A stamp makes a second run cost nothing.
"""

import hashlib
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static_vendor"
STAMP = VENDOR / "stamp"

FONTS = ("geist", "geist-mono", "newsreader")
SUBSETS = ("latin", "latin-ext")
COPIES = {
    "htmx.org/dist/htmx.min.js": "htmx-2.0.11/htmx.min.js",
    "sortablejs/Sortable.min.js": "sortable-1.15.7/sortable.min.js",
}


def wanted_stamp() -> str:
    """A digest of everything the result depends on."""
    sources = ["package-lock.json", "dev/frontend.py", "dev/icons.txt", "dev/symbols.svg"]
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in sources)).hexdigest()


def extract_images(css: str, folder: Path) -> str:
    """Move each data: image of a stylesheet into a file, as `img-src 'self'` refuses data:."""
    folder.mkdir(parents=True, exist_ok=True)

    def into_file(match: re.Match[str]) -> str:
        svg = unquote(match[1])
        name = hashlib.sha256(svg.encode()).hexdigest()[:12] + ".svg"
        (folder / name).write_text(svg)
        return f'url("{folder.name}/{name}")'

    return re.sub(r'url\("data:image/svg\+xml,([^"]+)"\)', into_file, css)


def as_symbol(icon: Path) -> str:
    """One Tabler icon as a <symbol> of the sprite, drawn with the design's thinner stroke."""
    svg = icon.read_text()
    drawing = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    drawing = re.sub(r'\s*<path stroke="none"[^>]*/>', "", drawing)
    return (
        f'<symbol id="{icon.stem}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        f' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">'
        f"{' '.join(drawing.split())}</symbol>"
    )


def build_styles() -> None:
    folder = VENDOR / "tabler-1.6.1"
    css = (MODULES / "@tabler/core/dist/css/tabler.min.css").read_text()
    css = re.sub(r"/\*# sourceMappingURL.*?\*/", "", css)
    css = extract_images(css, folder / "img")
    (folder / "tabler.min.css").write_text(css)


def build_sprite() -> None:
    names = (ROOT / "dev/icons.txt").read_text().split()
    icons = [as_symbol(MODULES / f"@tabler/icons/icons/outline/{name}.svg") for name in names]
    ours = re.findall(r"<symbol.*?</symbol>", (ROOT / "dev/symbols.svg").read_text(), re.S)
    sprite = "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *ours, *icons, "</svg>\n"])
    (VENDOR / "icons.svg").write_text(sprite)


def copy_fonts() -> None:
    (VENDOR / "fonts").mkdir()
    for font in FONTS:
        for subset in SUBSETS:
            name = f"{font}-{subset}-wght-normal.woff2"
            shutil.copyfile(
                MODULES / f"@fontsource-variable/{font}/files/{name}", VENDOR / "fonts" / name
            )


def copy_scripts() -> None:
    for source, name in COPIES.items():
        (VENDOR / name).parent.mkdir()
        shutil.copyfile(MODULES / source, VENDOR / name)


def main() -> None:
    stamp = wanted_stamp()
    if STAMP.exists() and STAMP.read_text() == stamp:
        return
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir()
    build_styles()
    build_sprite()
    copy_fonts()
    copy_scripts()
    STAMP.write_text(stamp)


if __name__ == "__main__":
    main()
