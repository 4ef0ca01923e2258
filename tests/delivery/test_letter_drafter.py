"""Letters with files: few enough at once for a worker's memory, and each once."""

import pytest

from audit.services import SYSTEM
from compliance.purposes import Purpose
from contacts.models import Contact
from delivery.drafts import letter as drafts
from delivery.letters.words import File, Mailbox, Words, Writing
from delivery.models import Message
from delivery.services import letters
from tests.factories.contacts import make_contact
from tests.integrations.sending import CARE, make_proven, send

REPORT = File("visit.pdf", "application/pdf", b"%PDF-1.7 results")


@pytest.fixture
def ada(clinic) -> Contact:
    make_proven()
    return make_contact()


def write_to(contact: Contact, *files: File) -> None:
    words = Words(Mailbox(CARE, "Elm"), "Your visit", "Hello Ada")
    writing = Writing(words, Purpose.TREATMENT, files)
    letters.send(letters.check(writing), contact, actor=SYSTEM)


def test_large_files_go_a_few_at_a_time_and_each_letter_once(ada, monkeypatch):
    monkeypatch.setattr(drafts, "FILES_AT_ONCE", 2 * len(REPORT.content))
    for files in [(REPORT,)] * 5 + [()]:
        write_to(ada, *files)
    left = [sum(map(len, send().handed_over.values())) for _ in range(4)]
    assert left == [3, 2, 1, 0]
    assert set(Message.objects.values_list("status", "attempts")) == {("sent", 1)}


def test_a_file_that_is_larger_than_that_goes_alone(ada, monkeypatch):
    monkeypatch.setattr(drafts, "FILES_AT_ONCE", 1)
    for _ in range(2):
        write_to(ada, REPORT)
    left = [sum(map(len, send().handed_over.values())) for _ in range(3)]
    assert left == [1, 1, 0]
