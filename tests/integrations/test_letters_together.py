"""Letters to several people at once, and files with the longest names."""

from base64 import b64encode
from threading import Thread

import pytest
from django.db import connection, transaction

from compliance.purposes import Purpose
from contacts.entries import email_index
from delivery.letters.words import Mailbox, Words, Writing
from delivery.models import Message
from integrations.letters import asking
from integrations.letters.asking import Ask, Person
from tenancy.keyring import current_keys
from tenancy.scope import tenant_scope
from tests.factories.compliance import OWNER
from tests.factories.contacts import make_contact
from tests.integrations.client import make_system
from tests.integrations.sending import ADA, make_proven, send
from tests.integrations.test_letters import PDF, post
from tests.waiting import until


@pytest.fixture
def proven(clinic):
    return make_proven()


def test_calls_about_the_same_people_do_not_wait_for_each_other(proven, clinic):
    """Each address is locked in one order, whatever the order of the people (no deadlock)."""
    keys = {name: advisory_key(f"{name}@harbourmail.example") for name in ("ada", "bea")}
    sender = Mailbox("care@mail.elm.example")
    writing = Writing(Words(sender, "Your visit", "Come."), Purpose.TREATMENT)
    people = [Person(Mailbox(f"{name}@harbourmail.example")) for name in ("bea", "ada")]
    sent: list[Message] = []

    def ask() -> None:
        with tenant_scope(clinic.id):
            sent.extend(asking.carry_out(Ask(people, writing), actor=OWNER))
        connection.close()

    other = Thread(target=ask)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [keys["ada"]])
        other.start()
        until(lambda: is_waiting(cursor))
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [keys["bea"]])
        (is_free,) = cursor.fetchone()
    other.join()
    assert is_free
    addresses = [message.contact.identity["email"] for message in sent]
    assert addresses == ["bea@harbourmail.example", "ada@harbourmail.example"]


def advisory_key(address: str) -> int:
    index = email_index(current_keys(), address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashtextextended(%s, 0)", [index.hex()])
        return cursor.fetchone()[0]


def is_waiting(cursor) -> bool:
    cursor.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return cursor.fetchone()[0] == 1


@pytest.mark.parametrize(("letters", "status"), [(82, 202), (83, 400)])
def test_a_files_name_fits_a_line_of_a_header(proven, letters, status):
    """RFC 5322 2.1.1: 998 characters, and each byte of such a name takes three of them."""
    make_contact()
    name = "\N{HIRAGANA LETTER A}" * letters + ".pdf"
    one = {"name": name, "content": b64encode(PDF).decode(), "media_type": "application/pdf"}
    assert post(make_system(), files=[one]).status_code == status
    handed_over = send().handed_over
    assert len(handed_over) == (status == 202)
    for message in handed_over.get(ADA, ()):
        assert max(map(len, message.split(b"\r\n"))) <= 998
