"""What a web process has done before it takes its first request."""

import os
import subprocess
import sys

STARTED = """
import sys
import config.wsgi
from config.hosts import URLCONFS
print(len(URLCONFS), [each for each in URLCONFS.values() if each not in sys.modules])
"""


def test_every_page_is_imported_before_the_first_request(clinic):
    done = subprocess.run(
        [sys.executable, "-c", STARTED], env=os.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "6 []"
