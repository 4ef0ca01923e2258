"""`make bench [B=name]`: prints one JSON line a figure and writes docs/performance.md."""

import json
import subprocess
import sys
from pathlib import Path

from dev.ephemeral import prepare_databases, servers
from dev.places import ROOT

RUNS = (
    "import_csv", "segment_count", "pages", "trust", "send", "build_sign", "client", "two_processes",
    "flat", "tracking", "audit_trail",
)  # fmt: skip
PAGE = ROOT / "docs" / "performance.md"
HEAD = """# Performance

Written by `make bench`; each figure is the median of several runs, and its ratio is to a limit of the same
machine in the same run, so that machines can be compared. At or above its goal is what the project asks for.

| Figure | Value | Limit in the same run | Ratio | Goal | Layers that were on |
|---|--:|--:|--:|--:|---|
"""


def main(wanted: list[str]) -> int:
    """Exit code 1 if a run failed or a figure misses its goal."""
    lines: list[str] = []
    codes = []
    with servers("sealpost", "sealpost_keys", keeps_data=True) as variables:
        prepare_databases(variables)
        for name in wanted or RUNS:
            done = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{name}"],
                cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
            print(done.stdout, end="", flush=True)
            lines += [line for line in done.stdout.splitlines() if line.startswith("{")]
            codes.append(done.returncode)
    figures = [json.loads(line) for line in lines]
    if not wanted:
        PAGE.write_text(HEAD + "".join(map(_row, figures)))
    return int(any(codes) or any(f["ratio"] < f["goal"] for f in figures))


def _row(figure: dict[str, object]) -> str:
    layers = ", ".join(str(layer) for layer in figure["layers"])  # type: ignore[attr-defined]
    return (
        f"| `{figure['name']}` | {figure['value']:,.0f} {figure['unit']} | {figure['limit']:,.0f} {figure['unit']} "
        f"| {figure['ratio']:.2f} | {figure['goal']:.2f} | {layers} |\n"
    )


if __name__ == "__main__":
    sys.exit(main([str(Path(name).stem) for name in sys.argv[1:]]))
