"""The second verifier of signatures: another author, another language."""

import subprocess
from pathlib import Path

SCRIPT = Path(__file__).with_name("verify_dkim.mjs")


def mailauth_says(message: bytes, name: str, record: str) -> str:
    """Its verdict on the message, when the DNS has `record` at `name`."""
    command = ["node", SCRIPT, name, record]
    return subprocess.run(command, input=message, capture_output=True, check=True).stdout.decode()
