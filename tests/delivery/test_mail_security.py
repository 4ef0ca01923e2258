"""The operator's page about mail servers: how sure we can be of theirs, and they of ours."""

import json
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from compliance import platform
from compliance.bounce_policy import policy_text
from compliance.services import own_domain
from config.dns import look_up
from delivery.publishing import records, trial
from delivery.publishing.records import State
from delivery.publishing.trial import CANARY, Trial
from delivery.wire import sts
from delivery.wire.dane import usable
from delivery.wire.dns import Tlsa
from tenancy.fetch import Answer, Failure, FetchFailed
from tenancy.scope import platform_scope
from tests.accounts.signing_in import browser_of, make_user
from tests.browser import assert_accessible
from tests.factories.compliance import OPERATOR
from tests.fakes import FakeDns

HOST = "mx.sealpost.example"
DOMAIN = "bounce.mail.sealpost.example"
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
    policy = sts.parse(policy_text(HOST).encode(), "1")
    assert (policy.is_enforced, policy.mx, policy.max_age.days) == (True, (HOST,), 7)
    record = records.of_policy(DOMAIN, HOST, FakeDns())
    assert (record.name, record.state) == (f"_mta-sts.{DOMAIN}", State.MISSING)
    assert sts.announced_id([record.value]) is not None
    assert records.of_policy(DOMAIN, "other.example", FakeDns()).value != record.value


@pytest.mark.parametrize(
    ("texts", "state"),
    [(["v=spf1 -all", "OURS"], State.FOUND), (["v=spf1 -all"], State.MISSING),
     (["v=STSv1; id=1;"], State.OTHER), (["OURS", "v=STSv1; id=1;"], State.OTHER)],
)  # fmt: skip
def test_two_records_are_as_bad_as_another(texts, state):
    """RFC 8461 3.1, 8460 3: more than one makes all of them void."""
    record = records.of_policy(DOMAIN, HOST, FakeDns())
    published = [record.value if text == "OURS" else text for text in texts]
    dns = FakeDns(txt_records={record.name: published})
    assert records.of_policy(DOMAIN, HOST, dns).state is state


def test_reports_are_asked_for_where_smtpd_takes_them():
    record = records.of_reports(DOMAIN, FakeDns())
    assert record.name == f"_smtp._tls.{DOMAIN}"
    assert record.value == f"v=TLSRPTv1; rua=mailto:tls-reports@{DOMAIN}"
    published = FakeDns(txt_records={record.name: [record.value]})
    assert records.of_reports(DOMAIN, published).state is State.FOUND


def fetched(answer: Answer | FetchFailed, asked: list[str]):
    def get(url: str) -> Answer:
        asked.append(url)
        if isinstance(answer, FetchFailed):
            raise answer
        return answer

    return get


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(200, "text/plain", policy_text(HOST).encode()), State.FOUND),
        (Answer(200, "text/html", policy_text(HOST).encode()), State.OTHER),
        (Answer(200, "text/plain", policy_text("x.example").encode()), State.OTHER),
        (Answer(404, "text/plain", b""), State.MISSING),
        (FetchFailed(Failure.NOT_TRUSTED), State.UNKNOWN),
    ],
)
def test_the_file_is_looked_for_as_others_do(answer, state):
    asked: list[str] = []
    assert records.of_policy_file(DOMAIN, HOST, fetched(answer, asked)) is state
    assert asked == [f"https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt"]


def test_we_serve_the_policy_under_the_name_that_others_look_for(settings):
    settings.PLATFORM_BOUNCE_HOST = HOST
    host = settings.HOSTS["mta_sts"]
    assert host == f"mta-sts.{platform.return_domain()}"
    answer = Client().get("/.well-known/mta-sts.txt", headers={"host": host})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    policy = sts.parse(answer.content, "1")
    assert (policy.is_enforced, policy.mx) == (True, (HOST,))
    assert answer.cookies == {}
    elsewhere = {"host": settings.HOSTS["staff"]}
    assert Client().get("/.well-known/mta-sts.txt", headers=elsewhere).status_code == 404


@pytest.mark.parametrize(
    "name", ["mta-sts.bounce.news.elm.example", "mta-sts.bounce.elm.example:443"]
)
def test_customers_names_of_the_policy_lead_to_it_and_to_nothing_else(settings, name):
    settings.PLATFORM_BOUNCE_HOST = HOST
    answer = Client().get("/.well-known/mta-sts.txt", headers={"host": name})
    assert (answer.status_code, answer.content) == (200, policy_text(HOST).encode())
    for path in ("/", "/sign-in/", "/m/x", "/api/v1/contacts"):
        assert Client().get(path, headers={"host": name}).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["mta-sts.elm.example", "mta-sts.bounce", "mta-sts.bounce.example", "x.mta-sts.bounce.elm.example",
     "mta-sts.bounce.elm.example.", "mta-sts.bounce.-elm.example", "mta-sts.bounce.elm.example@x.example"],
)  # fmt: skip
def test_other_names_that_are_not_ours_are_not_answered(name):
    answer = Client().get("/.well-known/mta-sts.txt", headers={"host": name})
    assert (answer.status_code, b"STSv1" in answer.content) == (400, False)


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        ({}, ()),
        ({"a": {"w.elm.example": ["198.51.100.9"]}}, ("w.elm.example",)),
        ({"a": {"w.elm.example": ["203.0.113.7"]}}, ("OURS",)),
        ({"servfail": ["w.elm.example"]}, None),
    ],
)
def test_a_web_address_is_ours_if_it_ends_where_ours_does(tmp_path, settings, zone, found):
    ours = settings.HOSTS["mta_sts"]
    addresses = {ours: ["203.0.113.7"]} | zone.get("a", {})
    file = tmp_path / "zone.json"
    file.write_text(json.dumps({"mx": {}, "txt": {}, "servfail": []} | zone | {"a": addresses}))
    settings.DELIVERY_ZONE_FILE = str(file)
    expected = None if found is None else tuple(each.replace("OURS", ours) for each in found)
    assert look_up("w.elm.example", "CNAME") == expected


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


@pytest.mark.parametrize(
    ("dns", "state"),
    [
        (FakeDns(a_records={"out.sealpost.example": ["8.8.8.8"]}), State.FOUND),
        (FakeDns(a_records={"out.sealpost.example": ["8.8.4.4"]}), State.OTHER),
        (FakeDns(), State.MISSING),
        (FakeDns(failing={"out.sealpost.example"}), State.UNKNOWN),
    ],
)
def test_the_name_of_our_greeting_leads_to_our_address(dns, state):
    record = records.of_sending_name("out.sealpost.example", "8.8.8.8", dns)
    assert (record.type, record.value, record.state) == ("A", "8.8.8.8", state)


def test_another_spelling_of_an_address_is_the_same_one():
    dns = FakeDns(a_records={"out.sealpost.example": ["2001:4860:0:0::8888"]})
    record = records.of_sending_name("out.sealpost.example", "2001:4860::8888", dns)
    assert (record.type, record.state) == ("AAAA", State.FOUND)


@pytest.fixture
def as_in_a_zone(settings, tmp_path: Path, certificates) -> None:
    """Our policy is published, our key is not, and the resolver checks signatures."""
    settings.PLATFORM_BOUNCE_HOST = HOST
    settings.SMTPD_CERTIFICATE_FILE = str(certificates.valid(HOST))
    settings.DELIVERY_ZONE_FILE = str(tmp_path / "zone.json")
    settings.DELIVERY_SYSTEM_SENDER = "no-reply@mail.sealpost.example"
    policy = records.of_policy(DOMAIN, HOST, FakeDns())
    zone = {"mx": {}, "a": {}, "txt": {"": [], policy.name: [policy.value]}, "secure": [""],
            "servfail": [CANARY]}  # fmt: skip
    (tmp_path / "zone.json").write_text(json.dumps(zone))


def test_an_operator_sees_what_to_publish(as_in_a_zone):
    answer = browser_of(make_user(is_operator=True)).get("/platform/mail-security/")
    page = answer.content.decode()
    assert "Checks signatures" in page
    assert f"https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt" in page
    states = (">Published<", ">Not published<", ">No answer<")
    assert [page.count(words) for words in states] == [1, 2, 1]
    assert f"_25._tcp.{HOST}" in page


def test_where_mail_leaves_from_is_told_with_the_name_that_it_needs(as_in_a_zone, settings):
    operator = browser_of(make_user(is_operator=True))
    page = operator.get("/platform/mail-security/").content.decode()
    assert "Set DELIVERY_ADDRESS to see here" in page
    settings.DELIVERY_ADDRESS, settings.DELIVERY_EHLO_NAME = "8.8.8.8", "out.sealpost.example"
    page = operator.get("/platform/mail-security/").content.decode()
    assert "Mail leaves from 8.8.8.8. Its reverse name (PTR) has to be out.sealpost.example" in page
    assert [page.count(words) for words in (">Published<", ">Not published<")] == [1, 3]


def test_without_a_resolver_and_a_certificate_it_says_what_is_missing(settings):
    settings.DELIVERY_DNS = settings.DELIVERY_ZONE_FILE = settings.SMTPD_CERTIFICATE_FILE = ""
    page = browser_of(make_user(is_operator=True)).get("/platform/mail-security/").content.decode()
    assert "Set DELIVERY_DNS to a resolver on this machine" in page
    assert "The certificate of the mail server is not on this machine." in page
    assert "TLSA" not in page


def test_reads_well_in_light_and_dark_and_on_a_phone(as_in_a_zone, open_as):
    with platform_scope():
        own_domain.make_keys(actor=OPERATOR)
    page = open_as(make_user(is_operator=True), "/platform/mail-security/")
    page.get_by_text("Checks signatures", exact=True).wait_for()
    page.get_by_role("heading", name="DKIM, second signature").wait_for()
    assert page.get_by_role("button", name="Copy the policy").count() == 1
    assert_accessible(page)
