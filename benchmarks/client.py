"""The SMTP client alone: messages a second to Postfix's sink, against Postfix's own source.

Both send the same size over as many kept sessions to one smtp-sink, in clear. `send.starttls` is the
CPU that the client takes for a message in clear, over what it takes under verified STARTTLS.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from benchmarks import postfix
from benchmarks.measurement import Measurement
from benchmarks.send import sink
from benchmarks.workplace import clinic

if TYPE_CHECKING:
    from delivery.wire.conversation import Conversation
    from delivery.wire.door import Result
    from delivery.wire.transport import SmtpTransport

GOAL, STARTTLS_GOAL = 1.0, 0.8  # 0.8: at most 1.25 times the CPU
LAYERS = (
    "hosts",
    "promise",
    "pool",
    "pipelining",
    "line ends checked",
    "dots",
    "announcement asked",
)
LINE = b"Please read this page before you come, and bring what it names with.\r\n"
MESSAGE = b"From: <a@elm.example>\r\n\r\n" + LINE * (postfix.SIZE // len(LINE))


def main() -> int:
    if not postfix.is_here():
        print("send.client: Postfix's smtp-source is not on this machine.", file=sys.stderr)
        return 0
    with clinic(), tempfile.TemporaryDirectory() as folder:
        figures = [against_source(Path(folder)), starttls(Path(folder))]
    for figure in figures:
        print(figure.line())
    return int(not all(figure.reaches_goal for figure in figures))


def against_source(folder: Path) -> Measurement:
    with postfix.sink(folder) as port:
        limit = postfix.source_messages_per_second(port)
        seconds, _ = handed_over(in_clear(folder, port), required=0)
    ours = postfix.MESSAGES / seconds
    return Measurement("send.client", ours, "messages/s", limit, ours / limit, GOAL, LAYERS)


def starttls(folder: Path) -> Measurement:
    """CPU seconds of this process; the sink is a process of its own."""
    with sink(folder) as transport:
        _, secured = handed_over(transport, required=2)
    with postfix.sink(folder) as port:
        _, clear = handed_over(in_clear(folder, port), required=0)
    return Measurement(
        "send.starttls",
        secured / postfix.MESSAGES * 1e6,
        "µs",
        clear / postfix.MESSAGES * 1e6,
        clear / secured,
        STARTTLS_GOAL,
        (*LAYERS, "STARTTLS verified"),
    )


def handed_over(transport: "SmtpTransport", *, required: int) -> tuple[float, float]:
    """Seconds, and seconds of CPU, for all messages over some sessions."""
    from delivery.wire.loop import Loop

    results: list[Result] = []
    began, cpu = time.perf_counter(), time.process_time()
    with Loop() as loop:
        for _ in range(postfix.SESSIONS):
            loop.begin(_some(transport, required, results))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    accepted = [result.value for result in results].count("accepted")
    if accepted != postfix.MESSAGES:
        raise SystemExit(f"{accepted} of {postfix.MESSAGES} messages were taken.")
    return seconds, cpu


def _some(
    transport: "SmtpTransport", required: int, results: list["Result"]
) -> "Conversation[None]":
    from delivery.wire.door import Envelope
    from delivery.wire.levels import Level

    for _ in range(postfix.MESSAGES // postfix.SESSIONS):
        envelope = Envelope(uuid4(), "b@elm.example", "ada@one.example", Level(required), _text)
        outcome = yield from transport.converse(envelope, lambda _: True)
        results.append(outcome.result)


def _text() -> "Conversation[bytes]":
    yield from ()
    return MESSAGE


def in_clear(folder: Path, port: int) -> "SmtpTransport":
    """A transport that finds the sink as the only MX, and that needs no protection."""
    from delivery.wire.dial import Dialer
    from delivery.wire.dns import ZoneFileDns
    from delivery.wire.tls import Contexts
    from delivery.wire.transport import SmtpTransport

    zone = folder / "clear.json"
    mx = {"one.example": [[10, "mx.bench.example"]]}
    zone.write_text(json.dumps({"mx": mx, "a": {"mx.bench.example": ["127.0.0.1"]}}))
    dialer = Dialer(local_name="out.example", contexts=Contexts.load(None), port=port)
    return SmtpTransport(ZoneFileDns.read(zone), dialer, allow_loopback=True)


if __name__ == "__main__":
    sys.exit(main())
