"""Messages a second from the lease to the ledger, in one process, every layer on.

A campaign of 35 kB messages with 15 fields and 12 links goes over verified STARTTLS to a sink on
this machine. The limit is what `openssl speed` signs with RSA-2048 on one core.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measurement import Measurement
from benchmarks.workplace import (
    add_people,
    clinic,
    count_for_planner,
    rsa2048_signatures_per_second,
)

if TYPE_CHECKING:
    from compliance.models import SenderDomain
    from delivery.wire.transport import SmtpTransport

PEOPLE = 3_000
GOAL = 0.33
LAYERS = (
    "lease", "unsealing", "gate", "DLP on values", "rendering", "DKIM twice", "route",
    "STARTTLS verified", "announcement", "ledger", "audit", "activity",
)  # fmt: skip
FIELDS = (
    "given_name", "family_name", "organization", "provider", "clinic", "next_appointment", "last_visit", "city",
    "plan", "balance_due", "refill_due", "sex", "postal_code", "last_mammogram", "language",
)  # fmt: skip
PARAGRAPH = "Please read this page before you come, and bring what it names with you. " * 5
LINKS = 12
DOMAINS = ("one.example", "two.example", "three.example", "four.example")


def main() -> int:
    with clinic(), tempfile.TemporaryDirectory() as folder:
        due = prepare()
        with sink(Path(folder)) as transport:
            per_second = due / send_all(transport)
        require_all_sent(due)
    limit = rsa2048_signatures_per_second()
    figure = Measurement(
        name="send.full.1p",
        value=per_second,
        unit="messages/s",
        limit=limit,
        ratio=per_second / limit,
        goal=GOAL,
        layers=LAYERS,
    )
    print(figure.line())
    return 0 if figure.reaches_goal else 1


def prepare(sign: "Callable[[SenderDomain], None] | None" = None) -> int:
    """People, and a campaign to all of them, frozen. Returns how many messages are due.

    `sign` gives the sender's domain its keys; two of them if nothing is said.
    """
    add_people(PEOPLE, domains=DOMAINS)
    begin(sign)
    return freeze()


def begin(sign: "Callable[[SenderDomain], None] | None" = None) -> None:
    """An approved campaign to everybody, which is to begin now."""
    from campaigns.services import sending
    from tests.factories.campaigns import EVERYBODY, MARKETER, approved_campaign, segment

    everybody = segment(name="Everybody", rule=EVERYBODY)
    campaign = approved_campaign(segment=everybody, content=content(), purpose="treatment")
    (sign or sign_with_own_keys)(campaign.sender.domain)
    sending.send_now(campaign, actor=MARKETER)


def freeze() -> int:
    """One message for each person. Returns how many are due."""
    from delivery.models import Message
    from delivery.services import freezing
    from tenancy import clock

    with clock.at(clock.now() + timedelta(minutes=2)):
        freezing.begin_due()
        freezing.freeze_begun()
    count_for_planner("delivery_message")
    return Message.objects.filter(status=Message.Status.QUEUED, route="tls").count()


def sign_with_own_keys(domain: "SenderDomain") -> None:
    """The factory's domain has no keys; signing twice is a layer."""
    from django.db import transaction

    from compliance.models import DkimKey
    from compliance.services import dkim_keys

    dkim_keys.make_pair(domain)
    selectors = DkimKey.objects.filter(domain=domain).values_list("selector", flat=True)
    with transaction.atomic():
        dkim_keys.begin_to_sign(domain, list(selectors))


def content() -> dict[str, object]:
    """Fifteen fields and twelve links among paragraphs, 35 kB on the wire."""
    fields = [
        {
            "id": f"f{n}",
            "type": "text",
            "text": f'About {name}: {{{{ {name} | default("none") }}}}. {PARAGRAPH}',
        }
        for n, name in enumerate(FIELDS)
    ]
    links = [
        {"id": f"l{n}", "type": "text", "text": f"[Page {n}](https://www.elm.example/page/{n})"}
        for n in range(LINKS)
    ]
    return {
        "subject": "A message from {{ organization }}",
        "preheader": "Please read.",
        "blocks": [*fields, *links],
    }


@contextmanager
def sink(folder: Path) -> Iterator["SmtpTransport"]:
    """A transport that finds the sink, in a process of its own, as the MX of every domain."""
    with served(folder) as (zone, ca_file, port):
        yield transport_to(Path(zone), Path(ca_file), int(port))


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The sink under way: the file of its names, its authority's, and its port."""
    from tests.smtp_server import Certificates

    certificates = Certificates(folder)
    command = [sys.executable, "-m", "benchmarks.sink", str(certificates.valid("mx.bench.example"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            zone = folder / "zone.json"
            mx = {domain: [[10, "mx.bench.example"]] for domain in DOMAINS}
            zone.write_text(json.dumps({"mx": mx, "a": {"mx.bench.example": ["127.0.0.1"]}}))
            yield str(zone), str(certificates.ca_file), port
        finally:
            process.terminate()


def transport_to(zone: Path, ca_file: Path, port: int) -> "SmtpTransport":
    from delivery.wire.dial import Dialer
    from delivery.wire.dns import ZoneFileDns
    from delivery.wire.tls import Contexts
    from delivery.wire.transport import SmtpTransport

    contexts = Contexts.load(ca_file)
    dialer = Dialer(local_name="out.sealpost.example", contexts=contexts, port=port)
    return SmtpTransport(ZoneFileDns.read(zone), dialer, allow_loopback=True)


def require_all_sent(due: int) -> None:
    """A figure for messages that did not arrive over verified TLS would be worth nothing."""
    from delivery.models import Message

    sent = Message.objects.filter(status=Message.Status.SENT, tls_version="TLSv1.3").count()
    if sent != due:
        raise SystemExit(f"{sent} of {due} messages were sent.")


def send_all(transport: "SmtpTransport") -> float:
    """Seconds until nothing is due."""
    from delivery import worker
    from delivery.drafters import drafters
    from delivery.queries import due
    from tenancy import clock

    began = time.perf_counter()
    with clock.at(clock.now() + timedelta(minutes=2)):
        while worker.send_due(transport, drafters(), stopped=due.StoppedLately()):
            pass
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
