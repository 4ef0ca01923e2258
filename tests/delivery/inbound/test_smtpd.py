import smtplib
import socket
import ssl
import time
from datetime import timedelta

import pytest
from django.db import connection

from compliance.models import SenderDomain
from delivery.inbound import accepting, doorkeeper, recipients
from delivery.inbound.doorkeeper import CALLS, Doorkeeper, Reticent
from delivery.inbound.parts import READ_BYTES
from delivery.models import InboundMail, Message
from tenancy import clock, keyring, versions
from tenancy.log_lines import LineFormatter
from tenancy.scope import platform_scope, tenant_scope
from tests.delivery.inbound import smtpd
from tests.delivery.inbound.conftest import reply_path, return_path
from tests.factories.campaigns import SENDER_DOMAIN, sender
from tests.waiting import until

CANARY = b"Quennell-4711"
DSN = b"Subject: Undelivered\r\n\r\n" + CANARY + b" is not here.\r\n"


def send(port: int, to: str, content: bytes = DSN, mail_from: str = "") -> tuple[int, str]:
    """The answer that ended it: of RCPT, or of the dot."""
    with smtplib.SMTP("127.0.0.1", port, "mx.x.example", timeout=5) as client:
        client.ehlo_or_helo_if_needed()
        client.mail(mail_from)
        code, words = client.rcpt(to)
        if code == 250:
            code, words = client.data(content)
        return code, words.decode()


def test_a_bounce_is_kept_sealed_under_the_message_that_its_address_names(port, sent):
    assert send(port, return_path(sent)) == (250, "2.0.0 Kept")

    mail = InboundMail.objects.get()
    assert (mail.mailbox, mail.message_id, mail.read_at) == ("return", sent.id, None)
    assert (mail.mail_from, mail.content) == ("", DSN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM delivery_inboundmail WHERE id = %s", [mail.id])
        stored = bytes(cursor.fetchone()[0])
    assert CANARY not in stored
    assert len(stored) > len(DSN)


def test_sent_again_as_the_answer_was_lost_it_is_kept_once(port, sent):
    for _ in range(2):
        assert send(port, return_path(sent).upper())[0] == 250
    assert send(port, return_path(sent), DSN + b"Later.\r\n")[0] == 250
    assert InboundMail.objects.count() == 2


def test_a_reply_comes_from_anybody_over_tls(port, sent):
    context = ssl._create_unverified_context()  # noqa: S323 its name is not what is tried
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.starttls(context=context)
        client.sendmail("ada@postbox.example", [reply_path(sent)], b"Thanks!\r\n")
    mail = InboundMail.objects.get()
    assert (mail.mailbox, mail.message_id) == ("reply", sent.id)
    assert (mail.mail_from, mail.tls_version) == ("ada@postbox.example", "TLSv1.3")


def forged(message) -> str:
    path = return_path(message)
    return path.replace(path[34], "a" if path[34] != "a" else "b", 1)


@pytest.mark.parametrize(
    ("to", "answer"),
    [
        (lambda _: "dana@gmail.example", "5.7.1 We take no mail for this domain"),
        (lambda _: f"dana@{SENDER_DOMAIN}", "5.7.1 We take no mail for this domain"),
        (lambda _: f"dana@bounce.{SENDER_DOMAIN}", "5.1.1 No such address"),
        (lambda _: f"b+abc@bounce.{SENDER_DOMAIN}", "5.1.1 No such address"),
        (forged, "5.1.1 No such address"),
        (lambda sent: return_path(sent).replace("b+", "r+"), "5.1.1 No such address"),
        (
            lambda _: f"b%bounce.{SENDER_DOMAIN}@x.example",
            "5.7.1 We take no mail for this domain",
        ),
    ],
)
def test_nothing_is_relayed_and_no_address_can_be_made_up(port, sent, to, answer):
    assert send(port, to(sent)) == (550, answer)
    assert InboundMail.objects.count() == 0
    assert send(port, return_path(sent))[0] == 250


def test_bounces_come_back_to_a_domain_whose_records_broke(port, sent):
    SenderDomain.objects.update(verified_at=None)
    assert send(port, return_path(sent))[0] == 550
    assert InboundMail.objects.count() == 0
    SenderDomain.objects.update(proven_at=sent.created_at)
    assert send(port, return_path(sent))[0] == 250
    assert InboundMail.objects.get().message_id == sent.id


def test_whoever_proves_a_domain_now_comes_before_who_once_did(sent, clinic, other_clinic):
    SenderDomain.objects.update(verified_at=None, proven_at=clock.now())
    with tenant_scope(other_clinic.id):
        sender()
    postmaster = recipients.destination_of(f"postmaster@bounce.{SENDER_DOMAIN}", "")
    assert postmaster.tenant_id == other_clinic.id
    assert recipients.destination_of(return_path(sent), "").tenant_id == clinic.id


def test_a_person_does_not_write_to_a_return_path(port, sent):
    answer = "5.7.1 This address takes reports of mail servers only"
    assert send(port, return_path(sent), mail_from="eve@x.example") == (550, answer)
    assert InboundMail.objects.count() == 0
    assert send(port, return_path(sent), mail_from="MAILER-DAEMON@x.example")[0] == 250


def test_a_return_path_ends_with_its_message_or_after_45_days(port, sent):
    Message.objects.filter(pk=sent.pk).update(created_at=sent.created_at - timedelta(days=44))
    assert send(port, return_path(sent))[0] == 250
    Message.objects.filter(pk=sent.pk).update(created_at=sent.created_at - timedelta(days=46))
    assert send(port, return_path(sent), b"Late.") == (550, "5.1.6 The message is too old")
    assert InboundMail.objects.count() == 1


@pytest.mark.parametrize(
    "path", [return_path, reply_path, lambda _: f"abuse@bounce.{SENDER_DOMAIN}"]
)
def test_while_a_workspaces_keys_are_off_the_server_is_to_come_again(port, sent, clinic, path):
    """A refusal for good would lose what came back."""
    to = path(sent)
    with platform_scope():
        versions.switch_off(clinic.id)
    keyring.forget()
    assert send(port, to) == (451, "4.3.0 Not now, try again later")
    with platform_scope():
        versions.switch_on(clinic.id)
    keyring.forget()
    assert InboundMail.objects.count() == 0
    assert send(port, to)[0] == 250


def test_a_complaint_to_the_platform_goes_to_whose_message_it_names(
    port, sent, clinic, other_clinic
):
    to = "abuse@bounce.localhost"
    assert send(port, to, b"Spam!\r\n", "fbl@x.example") == (
        550,
        "5.7.1 The report names no message of ours",
    )
    report = f"Spam!\r\n\r\nReturn-Path: <{return_path(sent)}>\r\n".encode()
    assert send(port, to, report, "fbl@x.example")[0] == 250
    mail = InboundMail.objects.get()
    assert (mail.mailbox, mail.message_id, mail.tenant_id) == ("abuse", sent.id, clinic.id)
    with tenant_scope(other_clinic.id):
        assert InboundMail.objects.count() == 0


def test_who_guesses_addresses_is_told_nothing_more(port, sent):
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.ehlo("x.example")
        client.mail("")
        codes = [client.rcpt(f"b+{n}@bounce.{SENDER_DOMAIN}")[0] for n in range(11)]
    assert codes == [550] * 10 + [421]


def test_too_much_is_refused_and_bare_line_ends_make_no_second_mail(port, sent):
    assert send(port, return_path(sent), b"y" * 100_001)[0] == 500
    assert send(port, return_path(sent), (b"x" * 998 + b"\r\n") * 5_001)[0] == 552
    assert InboundMail.objects.count() == 0
    smuggled = b"One\n.\nMAIL FROM:<>\r\nTwo\r\n"
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.ehlo("x.example")
        client.mail("")
        client.rcpt(return_path(sent))
        client.putcmd("data")
        client.getreply()
        client.send(smuggled + b".\r\n")
        assert client.getreply()[0] == 250
    assert InboundMail.objects.get().content == smuggled


@pytest.mark.parametrize(
    ("to", "most"),
    [
        (return_path, {"return": 2}),
        (lambda _: f"postmaster@bounce.{SENDER_DOMAIN}", {"postmaster": 2}),
    ],
)
def test_nobody_fills_the_disk_by_one_address(port, sent, monkeypatch, to, most):
    monkeypatch.setattr(accepting, "MOST_A_DAY", accepting.MOST_A_DAY | most)
    for number in range(2):
        assert send(port, to(sent), b"%d" % number)[0] == 250
    enough = (452, "4.2.2 This address has had enough for today")
    assert send(port, to(sent), b"3") == enough
    assert InboundMail.objects.count() == 2
    # Other addresses have room of their own, and this one has it again tomorrow.
    assert send(port, reply_path(sent))[0] == 250
    InboundMail.objects.update(received_at=clock.now() - timedelta(days=1, minutes=1))
    assert send(port, to(sent), b"3")[0] == 250


def test_what_will_not_be_read_is_not_kept(port, sent):
    lines = b"x" * 998 + b"\r\n"
    assert send(port, reply_path(sent), lines * 3_000, "ada@x.example")[0] == 250
    assert len(InboundMail.objects.get().content) == READ_BYTES


def test_one_address_has_few_connections_at_once(server_tls, sent):
    with smtpd.running(server_tls, Doorkeeper(in_all=9, per_address=2)) as port:
        kept = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(2)]
        greetings = [one.recv(100)[:3] for one in kept]
        with socket.create_connection(("127.0.0.1", port), 5) as third:
            assert third.recv(100) == b"421 4.7.0 Too many connections, come back later\r\n"
        assert greetings == [b"220", b"220"]
        kept.pop().close()
        kept.pop().close()


def test_a_session_ends_whatever_it_does_in_it(server_tls, sent, monkeypatch):
    monkeypatch.setattr(doorkeeper, "SESSION_SECONDS", 0.5)
    keeper = Doorkeeper(in_all=9, per_address=1)
    with smtpd.running(server_tls, keeper) as port:
        with socket.create_connection(("127.0.0.1", port), 5) as slow:
            slow.recv(100)
            with pytest.raises((ConnectionError, EOFError)):
                for _ in range(CALLS["*"] - 1):
                    slow.sendall(b"NOOP\r\n")
                    if not slow.recv(100):
                        raise EOFError
                    time.sleep(0.1)
        until(lambda: not keeper.inside)
        # Its place is free again.
        assert send(port, return_path(sent))[0] == 250


def test_what_goes_wrong_in_here_is_put_off_and_not_told(caplog):
    trouble = ValueError(CANARY.decode())
    with pytest.raises(StopIteration) as ended:  # a browser's loop may be running
        Reticent().handle_exception(trouble).send(None)
    assert ended.value.value == "451 4.3.0 Not now, try again later"
    (record,) = caplog.records
    line = LineFormatter().format(record)
    assert "a mail could not be taken" in line
    assert CANARY.decode() not in line


def test_bytes_that_are_no_text_are_no_address_of_ours(port, sent):
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.ehlo("x.example")
        client.send(b"MAIL FROM:<\xff@x.example>\r\n")
        assert client.getreply()[0] == 250
        for local, domain in ((b"b+\xff", b"bounce.x.example"), (b"b", b"bounce.\xff.example")):
            client.send(b"RCPT TO:<" + local + b"@" + domain + b">\r\n")
            assert client.getreply()[0] in {550, 553}
        assert client.rcpt(reply_path(sent))[0] == 250
        assert client.data(b"Hello\r\n")[0] == 250
    assert InboundMail.objects.get().mail_from == "?@x.example"
