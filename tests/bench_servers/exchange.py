"""Runs inside a network namespace of its own: starts Postfix, sends, prints what came of each message.

Nothing can leave a namespace whose only interface is loopback, so a mistake here mails nobody.
"""

import json
import sys
from functools import partial
from pathlib import Path

import django

from tests.bench_servers.postfix import POSTURES, Postfix

FIXED = Path(sys.argv[1])


def main() -> None:
    """The job is a JSON file: messages (local part, posture, level, file) and the certificates."""
    django.setup()
    from delivery.wire.dial import Dialer
    from delivery.wire.dns import ZoneFileDns
    from delivery.wire.tls import Contexts
    from delivery.wire.transport import SmtpTransport

    job = json.loads(FIXED.read_text())
    postfix = Postfix(
        Path(job["root"]), {name: Path(file) for name, file in job["certificates"].items()}
    )
    dialer = Dialer(local_name="out.sealpost.example", contexts=Contexts.load(Path(job["ca"])))
    dns = ZoneFileDns.read(Path(job["zone"]))
    transport = SmtpTransport(dns, dialer, allow_loopback=True)
    postfix.run("start")
    try:
        outcomes = [_send(transport, message) for message in job["messages"]]
        for posture in POSTURES:
            postfix.stored(f"ada@{posture}.example", count=int(posture in job["expected"]))
    finally:
        postfix.run("stop")
    sys.stdout.write(json.dumps(outcomes))


def _send(transport: object, message: dict[str, str]) -> dict[str, object]:
    from delivery.wire.door import Envelope
    from delivery.wire.levels import Level
    from tenancy.ids import uuid7

    envelope = Envelope(
        id=uuid7(),
        mail_from="b@bounce.clinic.example",
        rcpt_to=message["to"],
        required=Level[message["level"]],
        build=partial(Path.read_bytes, Path(message["file"])),
    )
    outcome = transport.send(envelope, lambda _: True)  # type: ignore[attr-defined]
    return {
        "to": message["to"],
        "result": outcome.result,
        "reply": [outcome.reply.code, outcome.reply.enhanced],
        "tls": outcome.evidence.version,
        "failures": [failure.tls for failure in outcome.failures],
    }


if __name__ == "__main__":
    main()
