"""Serve until SIGTERM, on the port and in the folders that the environment names."""

import os
import signal
from pathlib import Path

from dev.sandbox.server import Sandbox

if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    sandbox = Sandbox(
        certificates=Path(os.environ["DELIVERY_CA_FILE"]).parent,
        zone=Path(os.environ["DELIVERY_ZONE_FILE"]),
        mail=Path(os.environ["SANDBOX_MAIL_DIR"]),
        port=int(os.environ["DELIVERY_SMTP_PORT"]),
    )
    sandbox.prepare()
    with sandbox.serving():
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
