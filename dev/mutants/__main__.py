"""`python -m dev.mutants FILE MODULE TESTS...`: writes what became of each mutant of a module to a file.

Needs the servers of a test run, and takes a number of its own for databases (PYTEST_XDIST_WORKER).
"""

import json
import sys
import tempfile
from pathlib import Path

from dev.mutants.running import Trial

if __name__ == "__main__":
    answers, module, *files = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        noticed = Trial(module, tuple(files), Path(folder) / "notes.json").run()
    Path(answers).write_text(json.dumps(noticed))
