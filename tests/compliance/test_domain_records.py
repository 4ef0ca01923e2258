"""Which records a sender domain needs, and what is said about those that the DNS shows."""

import pytest

from compliance.domain_checks import RecordStatus, check
from compliance.domain_records import (
    DomainNames,
    Platform,
    PublishedKey,
    Question,
    RecordKind,
    questions_if_missing,
    records_for,
)

KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" * 8
PLATFORM = Platform(
    "bounce.sealpost.example",
    "include:_spf.sealpost.example",
    "dmarc@rua.example",
    "mta-sts.bounce.sealpost.example",
)
ED_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
KEYS = (
    PublishedKey(RecordKind.DKIM, "rsa", "sp26a", KEY),
    PublishedKey(RecordKind.DKIM_ED25519, "ed25519", "sp26ae", ED_KEY),
    PublishedKey(RecordKind.NEXT_DKIM, "rsa", "sp26b", KEY[::-1]),
    PublishedKey(RecordKind.NEXT_DKIM_ED25519, "ed25519", "sp26be", ED_KEY[::-1]),
)
PUBLISHED = {
    record.kind: record for record in records_for(DomainNames("news.elm.example", KEYS), PLATFORM)
}
# What the domain's own mail servers say is theirs to word.
RECORDS = PUBLISHED | {
    RecordKind.MTA_STS: PUBLISHED[RecordKind.MTA_STS]._replace(value="v=STSv1; id=20261123T1"),
    RecordKind.OWN_MAIL: PUBLISHED[RecordKind.OWN_MAIL]._replace(value="10 mx.elm.example"),
}
# A domain need not name a mail server, and has no place to put one wrongly.
TO_PUBLISH = [kind for kind in RecordKind if kind != RecordKind.OWN_MAIL]


def finding(kind, *values, elsewhere=None):
    """What is said when the record's own name holds `values` and other names hold `elsewhere`."""
    record = RECORDS[kind]
    places = {Question(name, record.type): (value,) for name, value in (elsewhere or {}).items()}
    return check(record, {record.question: values, **places})


def test_names_the_records_to_publish():
    assert [tuple(record)[1:] for record in PUBLISHED.values()] == [
        ("sp26a._domainkey.news.elm.example", "TXT", f"v=DKIM1; k=rsa; p={KEY}"),
        ("sp26ae._domainkey.news.elm.example", "TXT", f"v=DKIM1; k=ed25519; p={ED_KEY}"),
        ("sp26b._domainkey.news.elm.example", "TXT", f"v=DKIM1; k=rsa; p={KEY[::-1]}"),
        ("sp26be._domainkey.news.elm.example", "TXT", f"v=DKIM1; k=ed25519; p={ED_KEY[::-1]}"),
        ("bounce.news.elm.example", "TXT", "v=spf1 include:_spf.sealpost.example -all"),
        ("bounce.news.elm.example", "MX", "10 bounce.sealpost.example"),
        (
            "_dmarc.news.elm.example",
            "TXT",
            "v=DMARC1; p=quarantine; rua=mailto:dmarc@rua.example",
        ),
        ("news.elm.example", "MX", ""),
        (
            "_smtp._tls.news.elm.example",
            "TXT",
            "v=TLSRPTv1; rua=mailto:tls-reports@bounce.news.elm.example",
        ),
        ("_mta-sts.news.elm.example", "TXT", ""),
        ("mta-sts.bounce.news.elm.example", "CNAME", "mta-sts.bounce.sealpost.example"),
        ("_mta-sts.bounce.news.elm.example", "TXT", "v=STSv1; id=36d6a74a274f0654b252;"),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "advice"),
    [
        (RecordKind.TLS_REPORTS, "v=TLSRPTv1", "No address for reports is named."),
        (RecordKind.TLS_REPORTS, "v=TLSRPTv1; rua=tls@elm.example", "No address for reports"),
        (RecordKind.MTA_STS, "v=STSv1;", "has no valid id"),
        (RecordKind.MTA_STS, "v=STSv1; id=" + "1" * 33, "has no valid id"),
        (RecordKind.MTA_STS, "v=STSv1; id=two-parts", "has no valid id"),
        (RecordKind.BOUNCE_POLICY, "v=STSv1;", "has no valid id"),
        (RecordKind.BOUNCE_POLICY_HOST, "web.elm.example", "leads to another web server"),
        (RecordKind.DKIM_ED25519, "v=DKIM1; k=ed25519; p=", "The key is empty"),
    ],
)
def test_says_what_is_wrong_with_the_newer_records(kind, value, advice):
    found = finding(kind, value)
    assert found.status == RecordStatus.WRONG_VALUE
    assert advice in found.advice


def test_only_what_receivers_insist_on_is_required():
    assert [kind.value for kind, record in RECORDS.items() if record.is_required] == [
        "dkim",
        "spf",
        "return_path",
        "dmarc",
        "own_mail",
    ]


def test_a_domain_that_takes_no_mail_cannot_send():
    found = finding(RecordKind.OWN_MAIL, "0 .")
    assert found.status == RecordStatus.WRONG_VALUE
    assert "says that this domain takes no mail" in found.advice


def test_a_domain_without_a_mail_server_can():
    found = finding(RecordKind.OWN_MAIL)
    assert found.status == RecordStatus.FOUND
    assert "answers may get lost" in found.advice


@pytest.mark.parametrize("kind", RecordKind)
def test_a_record_published_as_shown_is_found(kind):
    assert finding(kind, RECORDS[kind].value) == (RecordStatus.FOUND, "")


@pytest.mark.parametrize("kind", TO_PUBLISH)
def test_other_records_under_the_same_name_do_not_count(kind):
    if kind not in {RecordKind.RETURN_PATH, RecordKind.BOUNCE_POLICY_HOST}:
        assert finding(kind, "google-site-verification=x").status == RecordStatus.MISSING


@pytest.mark.parametrize("kind", RecordKind)
def test_no_answer_is_not_taken_for_a_missing_record(kind):
    record = RECORDS[kind]
    assert check(record, {record.question: None}).status == RecordStatus.UNKNOWN
    if kind in TO_PUBLISH:
        assert check(record, {record.question: ()}).status == RecordStatus.MISSING


@pytest.mark.parametrize("kind", TO_PUBLISH)
def test_a_name_with_the_zone_twice_is_explained(kind):
    record = RECORDS[kind]
    found = finding(kind, elsewhere={f"{record.name}.elm.example": record.value})
    assert found.status == RecordStatus.WRONG_PLACE
    assert f"Enter only {record.name.removesuffix('.elm.example')} as the name." in found.advice


def test_spf_at_the_domain_itself_is_told_to_go_to_the_return_path():
    value = RECORDS[RecordKind.SPF].value
    found = finding(RecordKind.SPF, elsewhere={"news.elm.example": value})
    assert found.status == RecordStatus.WRONG_PLACE
    assert "Receivers look at bounce.news.elm.example" in found.advice


def test_an_unrelated_spf_record_at_the_domain_is_no_slip():
    found = finding(RecordKind.SPF, elsewhere={"news.elm.example": "v=spf1 mx -all"})
    assert found.status == RecordStatus.MISSING


def test_the_dmarc_policy_of_the_parent_domain_covers_it():
    found = finding(RecordKind.DMARC, elsewhere={"_dmarc.elm.example": "v=DMARC1; p=none"})
    assert found == (
        RecordStatus.FOUND,
        "The policy at _dmarc.elm.example covers this domain.",
    )


@pytest.mark.parametrize(
    ("kind", "values", "status", "words"),
    [
        (RecordKind.DKIM, [f'"v=DKIM1; k=rsa; p={KEY[:200]}" "{KEY[200:]}"'], "found", ""),
        (RecordKind.DKIM, [f"k=rsa;p={KEY[:40]} {KEY[40:]}"], "found", ""),
        (RecordKind.DKIM, [f"v=DKIM1; p={KEY[:200]}"], "wrong_value", "cut off"),
        (RecordKind.DKIM, ["v=DKIM1; p="], "wrong_value", "revoked"),
        (RecordKind.DKIM, ["v=DKIM1; p=MIIBother"], "wrong_value", "another key"),
        (RecordKind.DKIM, [f"p={KEY}", "p=MIIBother"], "duplicate", "two keys"),
        (RecordKind.SPF, ["v=spf1 mx include:_spf.sealpost.example ~all"], "found", ""),
        (RecordKind.SPF, ["v=spf1 mx -all"], "wrong_value", "Add include:_spf.sealpost"),
        (RecordKind.SPF, ["v=spf1 include:_spf.sealpost.example +all"], "wrong_value", "anybody"),
        (RecordKind.SPF, ["v=spf1 mx -all", "v=spf1 a -all"], "duplicate", "Merge them"),
        (RecordKind.DMARC, ["v=DMARC1;p=reject;aspf=r"], "found", ""),
        (RecordKind.DMARC, ["v=DMARC1; rua=mailto:x@elm.example"], "wrong_value", "no policy"),
        (RecordKind.DMARC, ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "duplicate", "void"),
        (RecordKind.RETURN_PATH, ["10 Bounce.Sealpost.Example."], "found", ""),
        (RecordKind.RETURN_PATH, ["10 mx.elm.example"], "wrong_value", "Another mail server"),
        (
            RecordKind.RETURN_PATH,
            ["10 bounce.sealpost.example", "20 mx.elm.example"],
            "wrong_value",
            "Remove the others",
        ),
    ],
)
def test_says_what_is_wrong_with_a_value_and_what_to_do(kind, values, status, words):
    found = finding(kind, *values)
    assert found.status == status
    assert words in found.advice


def test_asks_for_slipped_names_only_below_the_top_level():
    assert [question.name for question in questions_if_missing(RECORDS[RecordKind.DMARC])] == [
        "_dmarc.elm.example",
        "_dmarc.news.elm.example.news.elm.example",
        "_dmarc.news.elm.example.elm.example",
    ]
