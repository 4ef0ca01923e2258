"""A certificate is kept only if mail could rely on it; each doubt says what to do."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from audit.models import AuditEvent
from compliance import withdrawals
from compliance.errors import CertificateRefused
from compliance.models import SenderCertificate
from compliance.services import sender_certificates
from contacts import queries
from contacts import services as contacts
from contacts.entries import Entry
from contacts.models import PersonCertificate
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.factories.campaigns import sender as make_sender
from tests.factories.compliance import OWNER, agreement_in_force
from tests.factories.contacts import make_contact
from tests.mail_pki import NOW, YEAR, MailAuthority

ADDRESS = "ada@harbourmail.example"
AUTHORITY = MailAuthority()
SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505 to be refused


@pytest.fixture(autouse=True)
def trusted(settings, tmp_path):
    settings.SMIME_CA_FILE = str(AUTHORITY.write(tmp_path))


def found():
    return queries.certificates_of(queries.people())


def issue(**choices):
    return AUTHORITY.issue(choices.pop("address", ADDRESS), **choices)


def test_a_valid_certificate_is_kept_and_found(clinic):
    ada = make_contact()
    issued = issue()
    contacts.keep_certificate(ada, issued.pem, actor=OWNER)
    assert found() == {ada.pk: issued.certificate}
    assert AuditEvent.objects.filter(action="contact.certificate_kept").count() == 1


@pytest.mark.parametrize(
    ("pem", "advice"),
    [
        (lambda: "not a certificate", "begins with -----BEGIN CERTIFICATE-----"),
        (lambda: "x" * 40_000, "too long"),
        (lambda: issue(begins=NOW - 2 * YEAR, ends=NOW - timedelta(days=1)).pem, "has expired"),
        (lambda: issue(begins=NOW + timedelta(days=1)).pem, "not valid yet"),
        (lambda: issue(key=ec.generate_private_key(ec.SECP256R1())).pem, "RSA keys"),
        (lambda: issue(key=SHORT).pem, "at least 2048 bits"),
        (
            lambda: issue(usages=[ExtendedKeyUsageOID.SERVER_AUTH]).pem,
            "not made for encrypting email",
        ),
        (lambda: issue(usages=()).pem, "not made for encrypting email"),
        (lambda: issue(address="eve@harbourmail.example").pem, "another email address"),
        (lambda: MailAuthority().issue(ADDRESS).pem, "No authority that we trust"),
    ],
    ids=["text", "long", "expired", "early", "curve", "short", "server", "no use", "other", "who"],
)
def test_a_doubtful_certificate_is_refused_and_the_other_stays(clinic, pem, advice):
    ada = make_contact()
    good = issue()
    contacts.keep_certificate(ada, good.pem, actor=OWNER)
    with pytest.raises(CertificateRefused, match=advice):
        contacts.keep_certificate(ada, pem(), actor=OWNER)
    assert found() == {ada.pk: good.certificate}
    assert AuditEvent.objects.filter(action="contact.certificate_kept").count() == 1


def test_it_counts_only_while_it_is_valid_and_names_the_present_address(clinic):
    agreement_in_force()
    ada = make_contact()
    contacts.keep_certificate(ada, issue().pem, actor=OWNER)
    with clock.at(NOW + YEAR):
        assert found() == {}
    contacts.change(ada, Entry({**ada.identity, "email": "new@harbourmail.example"}), actor=OWNER)
    assert found() == {}
    contacts.remove_certificate(ada, actor=OWNER)
    assert PersonCertificate.objects.count() == 0


def test_a_sender_signs_with_a_key_that_belongs_to_its_certificate(clinic):
    sender = make_sender()
    issued, other = issue(address=sender.address), issue(address=sender.address)
    for key, advice in (("nothing", "BEGIN PRIVATE KEY"), (other.key_pem, "another certificate")):
        with pytest.raises(CertificateRefused, match=advice):
            sender_certificates.set_certificate(sender, issued.pem, key, actor=OWNER)
    assert SenderCertificate.objects.count() == 0
    kept = sender_certificates.set_certificate(sender, issued.pem, issued.key_pem, actor=OWNER)
    assert kept.expires_at == issued.certificate.not_valid_after_utc
    sender_certificates.remove_certificate(sender, actor=OWNER)
    assert SenderCertificate.objects.count() == 0


ENCRYPTS, SIGNS = {"key_encipherment"}, {"digital_signature"}


@pytest.mark.parametrize(
    ("bits", "encrypts", "signs"),
    [(ENCRYPTS, True, False), (SIGNS, False, True), ({"content_commitment"}, False, True),
     (ENCRYPTS | SIGNS, True, True), ({"key_agreement"}, False, False)],
)  # fmt: skip
def test_a_key_does_only_what_its_certificate_says(clinic, bits, encrypts, signs):
    """Many authorities give one certificate for signing and another for encryption (RFC 8550 4.4.2)."""
    ada, sender = make_contact(), make_sender()
    hers, ours = issue(bits=bits), issue(address=sender.address, bits=bits)
    for is_fit, give in (
        (encrypts, lambda: contacts.keep_certificate(ada, hers.pem, actor=OWNER)),
        (
            signs,
            lambda: sender_certificates.set_certificate(
                sender, ours.pem, ours.key_pem, actor=OWNER
            ),
        ),
    ):
        if is_fit:
            give()
        else:
            with pytest.raises(CertificateRefused, match="is not made for"):
                give()
    assert PersonCertificate.objects.exists() is encrypts
    assert SenderCertificate.objects.exists() is signs


def test_a_withdrawn_certificate_is_not_taken_again(clinic, other_clinic):
    ada, sender = make_contact(), make_sender()
    hers, ours = issue(), issue(address=sender.address)
    contacts.keep_certificate(ada, hers.pem, actor=OWNER)
    sender_certificates.set_certificate(sender, ours.pem, ours.key_pem, actor=OWNER)
    for _ in range(2):
        contacts.withdraw_certificate(ada, actor=OWNER)
        sender_certificates.withdraw_certificate(sender, actor=OWNER)
    assert (PersonCertificate.objects.count(), SenderCertificate.objects.count()) == (0, 0)
    with pytest.raises(CertificateRefused, match="was withdrawn here"):
        contacts.keep_certificate(ada, hers.pem, actor=OWNER)
    with pytest.raises(CertificateRefused, match="was withdrawn here"):
        sender_certificates.set_certificate(sender, ours.pem, ours.key_pem, actor=OWNER)
    told = AuditEvent.objects.filter(action__endswith=".certificate_withdrawn")
    assert sorted(event.detail["fingerprint"] for event in told) == sorted(
        withdrawals.fingerprint(each.certificate) for each in (hers, ours)
    )
    contacts.keep_certificate(ada, issue().pem, actor=OWNER)  # with a new key
    with tenant_scope(other_clinic.id):  # what one workspace knows binds no other
        contacts.keep_certificate(make_contact(), hers.pem, actor=OWNER)


def test_it_is_withdrawn_for_everybody_who_has_the_same(clinic):
    ada, bea = make_contact(), make_contact(external_id="EV-2")
    hers = issue()
    for person in (ada, bea):
        contacts.keep_certificate(person, hers.pem, actor=OWNER)
    assert set(found()) == {ada.pk, bea.pk}
    contacts.withdraw_certificate(ada, actor=OWNER)
    assert found() == {}
    assert PersonCertificate.objects.get().contact_id == bea.pk
