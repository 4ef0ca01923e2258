"""The operator's page about mail servers: how sure we can be of theirs, and they of ours."""

import json
import subprocess
from pathlib import Path

import pytest

from delivery.publishing import records, trial
from delivery.publishing.records import State
from delivery.publishing.trial import CANARY, Trial
from delivery.wire import sts
from delivery.wire.dane import usable
from delivery.wire.dns import Tlsa
from tests.accounts.signing_in import browser_of, make_user
from tests.browser import assert_accessible
from tests.fakes import FakeDns

HOST = "bounce.sealpost.example"
ROOT = {"": []}


@pytest.mark.parametrize(
    ("dns", "outcome"),
    [
        (FakeDns(txt_records=ROOT, secure={""}, failing={CANARY}), Trial.CHECKS),
        (FakeDns(txt_records=ROOT, failing={CANARY}), Trial.CHECKS_NOTHING),
        (FakeDns(txt_records=ROOT, secure={""}), Trial.CHECKS_NOTHING),
        (FakeDns(txt_records=ROOT, secure={""}, a_records={CANARY: ["8.8.8.1"]}),
         Trial.BELIEVES_FORGERIES),
        (FakeDns(failing={""}), Trial.NO_ANSWER),
    ],
)  # fmt: skip
def test_a_resolver_is_tried_with_a_good_name_and_a_forged_one(dns, outcome):
    assert trial.of_resolver(dns) is outcome


def test_our_own_policy_is_one_that_we_would_keep_to():
    policy = sts.parse(records.policy_text(HOST).encode(), "1")
    assert (policy.is_enforced, policy.mx, policy.max_age.days) == (True, (HOST,), 7)
    record = records.of_policy(HOST, FakeDns())
    assert (record.name, record.state) == (f"_mta-sts.{HOST}", State.MISSING)
    assert sts.announced_id([record.value]) is not None
    published = FakeDns(txt_records={record.name: ["v=spf1 -all", record.value]})
    assert records.of_policy(HOST, published).state is State.FOUND
    assert records.of_policy("other.example", FakeDns()).value != record.value


def test_the_record_holds_the_key_that_the_server_shows(certificates):
    """As `openssl` works it out."""
    file = certificates.valid(HOST)
    pipeline = (
        f"openssl x509 -in {file} -noout -pubkey | openssl pkey -pubin -outform DER"
        " | openssl dgst -sha256 -r"
    )
    digest = subprocess.run(["sh", "-c", pipeline], capture_output=True, text=True, check=True)
    record = records.of_key(HOST, file, FakeDns())
    assert record.name == f"_25._tcp.{HOST}"
    assert record.value == f"3 1 1 {digest.stdout.split()[0]}"


@pytest.mark.parametrize(
    ("is_there", "secure", "failing", "state"),
    [(True, True, False, State.FOUND), (True, False, False, State.UNSIGNED),
     (False, True, False, State.MISSING), (False, False, True, State.UNKNOWN)],
)  # fmt: skip
def test_a_key_counts_as_published_once_it_is_signed(
    certificates, is_there, secure, failing, state
):
    file = certificates.valid(HOST)
    record = records.of_key(HOST, file, FakeDns())
    key = Tlsa(3, 1, 1, bytes.fromhex(record.value.split()[3]))
    assert usable([key]) == (key,)
    dns = FakeDns(
        tlsa_records={record.name: [key] if is_there else []},
        secure={record.name} if secure else set(),
        failing={record.name} if failing else set(),
    )
    assert records.of_key(HOST, file, dns).state is state


@pytest.fixture
def as_in_a_zone(settings, tmp_path: Path, certificates) -> None:
    """Our policy is published, our key is not, and the resolver checks signatures."""
    settings.PLATFORM_BOUNCE_HOST = HOST
    settings.SMTPD_CERTIFICATE_FILE = str(certificates.valid(HOST))
    settings.DELIVERY_DNS_FILE = str(tmp_path / "zone.json")
    policy = records.of_policy(HOST, FakeDns())
    zone = {"mx": {}, "a": {}, "txt": {"": [], policy.name: [policy.value]}, "secure": [""],
            "servfail": [CANARY]}  # fmt: skip
    (tmp_path / "zone.json").write_text(json.dumps(zone))


def test_an_operator_sees_what_to_publish(as_in_a_zone):
    answer = browser_of(make_user(is_operator=True)).get("/platform/mail-security/")
    page = answer.content.decode()
    assert "Checks signatures" in page
    assert f"https://mta-sts.{HOST}/.well-known/mta-sts.txt" in page
    assert [page.count(words) for words in (">Published<", ">Not published<")] == [1, 1]
    assert f"_25._tcp.{HOST}" in page


def test_without_a_resolver_and_a_certificate_it_says_what_is_missing(settings):
    settings.DELIVERY_DNS = settings.DELIVERY_DNS_FILE = settings.SMTPD_CERTIFICATE_FILE = ""
    page = browser_of(make_user(is_operator=True)).get("/platform/mail-security/").content.decode()
    assert "Set DELIVERY_DNS to a resolver on this machine" in page
    assert "The certificate of the mail server is not on this machine." in page
    assert "TLSA" not in page


def test_reads_well_in_light_and_dark_and_on_a_phone(as_in_a_zone, open_as):
    page = open_as(make_user(is_operator=True), "/platform/mail-security/")
    page.get_by_text("Checks signatures", exact=True).wait_for()
    assert page.get_by_role("button", name="Copy the policy").count() == 1
    assert_accessible(page)
