"""Programs that send by SMTP, as Python, Django and Node write it."""

import json
import os
import re
import smtplib
import ssl
import subprocess
from email.message import EmailMessage
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from accounts.services import api_keys
from audit.models import AuditEvent
from audit.services import SYSTEM
from contacts import services as contacts
from delivery.models import Letter, Message
from delivery.wire.levels import Level
from integrations.management.commands.smtpd import listeners
from integrations.models import LetterDefaults
from tests.factories.contacts import PAPER, make_contact
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, CARE, delivered, send

CLIENT = Path(__file__).parents[1] / "clients" / "nodemailer.mjs"
PAGE = Path(__file__).parents[3] / "docs" / "api.md"
PDF = b"%PDF-1.7 results"


@pytest.fixture
def trust(certificates):
    return ssl.create_default_context(cafile=str(certificates.ca_file))


@pytest.fixture
def session(ports, trust, secret):
    """A program that has proven who it is."""
    with smtplib.SMTP("localhost", ports.starttls, timeout=20) as session:
        session.starttls(context=trust)
        session.login("apikey", secret)
        yield session


def written(**fields):
    message = EmailMessage()
    message["From"] = f"Elm Street Clinic <{CARE}>"
    message["To"] = f"Ada Quennell <{ADA}>"
    message["Subject"] = "A message from your clinic"
    message["X-Mailer"] = "Practice system 7"
    for name, value in fields.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content("Your glucose was 5.4.\n")
    return message


def refused(answer, code, words):
    status, said = answer
    assert (status, words in said.decode()) == (code, True), answer
    assert not Message.objects.exists()
    assert not Letter.objects.exists()


def data(session, message, *people):
    """The answer to the text."""
    session.mail(CARE)
    for each in people or (ADA,):
        session.rcpt(each)
    return session.data(message.as_bytes())


def test_a_message_becomes_a_letter(session):
    message = written()
    message.add_alternative("<p>Your glucose was <b>5.4</b>.</p>", subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="a.pdf")
    code, said = data(session, message)
    letter = Message.objects.get()
    assert (code, said.decode()) == (250, f"2.6.0 Taken as {letter.pk}")
    assert letter.contact.identity["family_name"] == "Quennell"
    transport = send()
    assert transport.required[ADA] is Level.T2
    arrived = delivered(transport)
    assert arrived["X-Mailer"] is None
    assert str(arrived["From"]) == f"Elm Street Clinic <{CARE}>"
    assert "<b>5.4</b>" in arrived.get_body(("html",)).get_content()
    assert [part.get_content() for part in arrived.iter_attachments()] == [PDF]


def test_each_recipient_gets_a_message_of_their_own(session):
    code, _ = data(session, written(), ADA, "bo@harbourmail.example")
    assert code == 250
    transport = send()
    assert str(delivered(transport)["To"]) == ADA
    assert str(delivered(transport, "bo@harbourmail.example")["To"]) == "bo@harbourmail.example"


def test_djangos_backend_sends_over_tls_from_the_first_byte(
    ports, certificates, secret, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca_file))
    backend = EmailBackend(
        "localhost", ports.implicit, "apikey", secret, use_ssl=True, use_tls=False, timeout=20
    )
    message = EmailMultiAlternatives("A message", "Hello", CARE, [ADA], connection=backend)
    message.attach_alternative("<p>Hello</p>", "text/html")
    message.attach("a.pdf", PDF, "application/pdf")
    assert message.send() == 1
    assert len(list(delivered(send()).iter_attachments())) == 1


def test_djangos_backend_sends_with_starttls(ports, certificates, secret, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca_file))
    backend = EmailBackend(
        "localhost", ports.starttls, "apikey", secret, use_tls=True, use_ssl=False, timeout=20
    )
    assert EmailMultiAlternatives("A message", "Hi", CARE, [ADA], connection=backend).send() == 1
    assert Message.objects.get().status == "queued"


@pytest.mark.parametrize("implicit", [True, False])
def test_nodemailer_sends(ports, certificates, secret, implicit):
    message = {"from": CARE, "to": ADA, "subject": "A message", "text": "Hi", "html": "<p>Hi</p>"}
    answer = nodemailer(ports, certificates, secret, implicit, message)
    assert answer["accepted"] == [ADA]
    assert answer["response"].startswith("250 2.6.0 Taken as ")
    assert delivered(send())["Subject"] == "A message"


def test_nodemailer_is_told_what_to_do(ports, certificates, secret):
    message = {"from": "care@elsewhere.example", "to": ADA, "subject": "A message", "text": "Hi"}
    answer = nodemailer(ports, certificates, secret, False, message)
    assert answer["code"] == 550
    assert answer["response"].startswith(
        "550 5.7.1 Send from a domain that your workspace has proven"
    )


def nodemailer(ports, certificates, secret, implicit, message):
    port = ports.implicit if implicit else ports.starttls
    command = ["node", CLIENT, str(port), secret, json.dumps(implicit), json.dumps(message)]
    trusted = os.environ | {"NODE_EXTRA_CA_CERTS": str(certificates.ca_file)}
    done = subprocess.run(command, env=trusted, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_nothing_is_said_before_tls(ports, secret):
    with smtplib.SMTP("localhost", ports.starttls, timeout=20) as session:
        session.ehlo()
        assert "auth" not in session.esmtp_features
        assert session.docmd("AUTH", "PLAIN AGEAYg==")[0] in {530, 538}
        assert session.mail(CARE)[0] == 530
    assert not Message.objects.exists()


def test_nothing_is_taken_without_a_key(ports, trust):
    with smtplib.SMTP("localhost", ports.starttls, timeout=20) as session:
        session.starttls(context=trust)
        session.ehlo()
        assert set(session.esmtp_features["auth"].split()) == {"PLAIN", "LOGIN"}
        assert session.mail(CARE)[0] == 530


@pytest.mark.parametrize("way", ["auth_plain", "auth_login"])
def test_a_wrong_key_is_refused_and_few_are_tried(ports, trust, secret, way):
    with smtplib.SMTP("localhost", ports.starttls, timeout=20) as session:
        session.starttls(context=trust)
        session.ehlo()
        session.user, session.password = "apikey", secret[:-1] + ("0" if secret[-1] != "0" else "1")
        name = way.removeprefix("auth_").upper()
        with pytest.raises(smtplib.SMTPAuthenticationError) as error:
            session.auth(name, getattr(session, way))
        assert error.value.smtp_code == 535
        session.password = secret
        assert session.auth(name, getattr(session, way))[0] == 235


def test_a_key_ends_also_for_a_session_that_has_begun(session, program):
    api_keys.revoke(program.key, actor=SYSTEM)
    refused(data(session, written()), 535, "5.7.8 This API key has ended.")
    assert AuditEvent.objects.filter(action="api_key.used", outcome="denied").exists()


def test_a_key_without_the_scope_proves_nothing(ports, trust, program):
    weak = make_system("messages.send").headers["authorization"].removeprefix("Bearer ")
    with smtplib.SMTP("localhost", ports.starttls, timeout=20) as session:
        session.starttls(context=trust)
        with pytest.raises(smtplib.SMTPAuthenticationError, match="lacks the scope"):
            session.login("apikey", weak)


def test_a_key_of_elsewhere_proves_nothing(ports, trust, program):
    api_keys.change_networks(program.key, [ip_network("192.0.2.0/24")], actor=SYSTEM)
    secret = program.headers["authorization"].removeprefix("Bearer ")
    with smtplib.SMTP("localhost", ports.starttls, timeout=20) as session:
        session.starttls(context=trust)
        with pytest.raises(smtplib.SMTPAuthenticationError, match="may not be used from here"):
            session.login("apikey", secret)


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"From": "care@elsewhere.example"}, 550, "5.7.1 Send from a domain"),
        ({"Subject": "Your diabetes"}, 554, "5.7.7 Names a condition"),
        ({"X_Sealpost_Purpose": "gossip"}, 554, "5.6.0 X-Sealpost-Purpose is one of"),
        ({"X_Sealpost_Shoes": "38"}, 554, "X-Sealpost"),
    ],
)
def test_refusals_say_what_to_do(session, fields, code, words):
    refused(data(session, written(**fields)), code, words)


def test_without_a_purpose_it_says_where_to_choose_one(session, program):
    LetterDefaults.objects.update(purpose="")
    refused(data(session, written()), 554, "X-Sealpost-Purpose")
    assert data(session, written(X_Sealpost_Purpose="payment"))[0] == 250
    assert Letter.objects.get().purpose == "payment"


def test_all_people_of_a_message_or_none(session):
    make_contact()
    make_contact(given_name="Bea")
    answer = data(session, written(), "bo@harbourmail.example", ADA)
    refused(answer, 550, "5.1.1 Several people read this mailbox")


def test_who_may_not_be_written_to_is_said(session, nurse):
    contacts.stop_everything(make_contact(), evidence=PAPER, actor=nurse)
    code, said = data(session, written())
    assert (code, said.decode()) == (550, "5.7.1 Not sent. Email was refused.")
    assert Message.objects.get().status == "skipped"


def test_the_same_message_counts_once_if_somebody_chose_so(session, program):
    message = written(Message_ID="<one@practice.example>")
    assert data(session, message)[0] == data(session, message)[0] == 250
    assert Message.objects.count() == 2
    LetterDefaults.objects.update(drops_repeated=True)
    assert data(session, message) == data(session, message)
    assert Message.objects.count() == 3
    assert data(session, message, ADA, "bo@harbourmail.example")[0] == 250
    assert Message.objects.count() == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n\r\n",
        b"From: a@b\r\nFrom: c@d\r\n\r\nx\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 80,
        b"From: =?utf-8?q?=ff?= <care@mail.elm.example>\r\nContent-Type: text/plain; charset=no\r\n\r\n\xff",
        b"From: care@mail.elm.example\r\nSubject: a\r\nContent-Type: message/rfc822\r\n\r\nx",
    ],
)
def test_what_is_no_message_is_refused_and_breaks_nothing(session, content):
    session.mail(CARE)
    session.rcpt(ADA)
    code, _ = session.data(content)
    assert code in {250, 550, 554}
    assert session.noop()[0] == 250


def test_leaves_a_trail_without_a_word_of_it(session, program):
    data(session, written())
    event = AuditEvent.objects.get(action="message.asked_for")
    assert (event.actor_kind, event.actor_id) == ("api_key", str(program.key.pk))
    assert "glucose" not in str(event.detail)


def test_no_word_of_it_and_no_key_is_logged(session, secret, caplog):
    data(session, written(Subject="Your diabetes"))
    data(session, written())
    for word in ("glucose", "diabetes", ADA, secret):
        assert word not in caplog.text


def test_the_program_of_the_page_sends(ports, trust, secret):
    _, program = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names = {
        "SMTP_HOST": "localhost", "SMTP_PORT": ports.starttls, "TRUST": trust, "KEY": secret
    }  # fmt: skip
    exec(program, names)  # noqa: S102 - our own page
    assert delivered(send())["Subject"] == "A message from your clinic"


def test_the_process_has_both_ports(certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _, starttls, implicit = listeners(context)
    assert [str(starttls.port), str(implicit.port)] == settings.SMTPD_SUBMISSION_PORTS
    assert (starttls.tls, implicit.tls) == (None, context)
