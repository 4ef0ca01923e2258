"""`manage.py smtpd` as a process of its own, from its start to SIGTERM."""

import os
import smtplib
import ssl
import subprocess
import sys

from delivery.inbound import reading
from delivery.inbound.tokens import reply_address
from delivery.models import Reply
from dev.ports import free_port
from tests.factories.campaigns import SENDER_DOMAIN, sender
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message
from tests.smtp_server import Certificates

LETTER = b"From: ada@x.example\r\nSubject: Re: Visit\r\n\r\nSee you then.\r\n"


def start(**variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "smtpd"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_test", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_reply_comes_in_and_the_process_ends_when_it_is_told(clinic, tmp_path):
    sender()
    message = make_message(make_contact(external_id="EV-1"), status="sent", route="tls")
    port = free_port(2900, ["127.0.0.1"])
    certificate = Certificates(tmp_path).valid("mx.returns.example")
    process = start(
        SMTPD_BIND="127.0.0.1",
        SMTPD_INBOUND_PORT=str(port),
        SMTPD_CERTIFICATE_FILE=str(certificate),
    )
    try:
        assert process.stdout.readline() == "smtpd ready.\n"
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.starttls(context=ssl._create_unverified_context())  # noqa: S323
            to = reply_address(message.id, SENDER_DOMAIN)
            client.sendmail("ada@x.example", [to], LETTER)
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Ada" not in errors
    assert "ada@x.example" not in errors
    reading.read_waiting()
    assert Reply.objects.get().text == "See you then."


def test_without_a_certificate_it_does_not_start():
    _, errors = start(SMTPD_CERTIFICATE_FILE="").communicate(timeout=60)
    assert "Set SMTPD_CERTIFICATE_FILE" in errors
