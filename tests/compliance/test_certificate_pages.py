"""Certificates at the pages where staff keeps them."""

import pytest

from compliance.models import SenderCertificate
from contacts.models import PersonCertificate
from tests.compliance.reading import text_of
from tests.factories.campaigns import sender as make_sender
from tests.factories.contacts import make_contact
from tests.mail_pki import MailAuthority

ADDRESS = "ada@harbourmail.example"


@pytest.fixture
def authority(settings, tmp_path):
    authority = MailAuthority()
    settings.SMIME_CA_FILE = str(authority.write(tmp_path))
    return authority


def test_a_persons_certificate_comes_and_goes(owner, authority):
    ada = make_contact()
    url = f"/contacts/{ada.pk}/certificate/"
    assert "None is kept." in text_of(owner.get(f"/contacts/{ada.pk}/"))
    refused = owner.post(url, {"chain": authority.issue("eve@harbourmail.example").pem})
    assert refused.status_code == 422
    assert "The certificate names another email address." in text_of(refused)
    assert PersonCertificate.objects.count() == 0
    owner.post(url, {"chain": authority.issue(ADDRESS).pem})
    assert "Mail is encrypted to it until" in text_of(owner.get(f"/contacts/{ada.pk}/"))
    owner.post(f"{url}remove/")
    assert PersonCertificate.objects.count() == 0


def test_a_senders_certificate_comes_and_goes(owner, authority):
    sender = make_sender()
    url = f"/settings/domains/senders/{sender.id}/certificate/"
    issued, other = authority.issue(sender.address), authority.issue(sender.address)
    refused = owner.post(url, {"chain": issued.pem, "key": other.key_pem})
    assert refused.status_code == 422
    assert "The private key belongs to another certificate." in text_of(refused)
    assert other.key_pem.split("\n")[2] not in refused.content.decode()
    assert SenderCertificate.objects.count() == 0
    assert owner.post(url, {"chain": issued.pem, "key": issued.key_pem}).status_code == 302
    assert "valid until" in text_of(owner.get(url))
    owner.post(f"{url}remove/")
    assert SenderCertificate.objects.count() == 0


def test_both_can_be_withdrawn_for_good(owner, authority):
    ada, sender = make_contact(), make_sender()
    given = authority.issue(ADDRESS)
    ours = authority.issue(sender.address)
    for url, data, kept in (
        (f"/contacts/{ada.pk}/certificate/", {"chain": given.pem}, PersonCertificate),
        (
            f"/settings/domains/senders/{sender.id}/certificate/",
            {"chain": ours.pem, "key": ours.key_pem},
            SenderCertificate,
        ),
    ):
        owner.post(url, data)
        assert kept.objects.count() == 1
        assert owner.post(f"{url}withdraw/").status_code == 302
        assert kept.objects.count() == 0
        assert "was withdrawn here" in text_of(owner.post(url, data))
        assert kept.objects.count() == 0


def test_who_may_not_edit_sees_no_way_to_a_certificate(marketer, authority):
    sender = make_sender()
    url = f"/settings/domains/senders/{sender.id}/certificate/"
    issued = authority.issue(sender.address)
    answer = marketer.post(url, {"chain": issued.pem, "key": issued.key_pem})
    assert answer.status_code == 403
    assert SenderCertificate.objects.count() == 0
