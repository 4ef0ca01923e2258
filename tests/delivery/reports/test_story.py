"""What happened to a message, in sentences and with the machines' own words."""

from datetime import UTC, datetime, timedelta

import pytest

from delivery.models import EscrowEvent, MessageEvent
from delivery.reports import story
from delivery.reports.story import Event, Moment
from delivery.wire.levels import TlsFailure

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TLS = {
    "level": "T2",
    "host": "mx.postlark.example",
    "tls_version": "TLSv1.3",
    "cipher": "TLS_AES_256_GCM_SHA384",
    "certificate": "ab12",
    "reply": "250 2.0.0 Ok: queued as 7F3",
}
CONNECTION = (
    ("Server", "mx.postlark.example"),
    ("TLS version", "TLSv1.3"),
    ("Cipher", "TLS_AES_256_GCM_SHA384"),
    ("Certificate (SHA-256)", "ab12"),
    ("Server's reply", "250 2.0.0 Ok: queued as 7F3"),
)


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def test_a_greylisted_message_arrives_at_the_second_try():
    events = [
        Event("accepted", at(12), TLS),
        Event("decided", at(0), {"outcome": "allow"}),
        Event("deferred", at(1), {"reply": "451 4.7.1 Greylisted"}),
    ]
    assert story.tell(events) == [
        Moment(at(0), "note", "Allowed to be sent."),
        Moment(
            at(1),
            "held",
            "The server says: try later. We try again.",
            "",
            (("Server's reply", "451 4.7.1 Greylisted"),),
        ),
        Moment(
            at(12),
            "tls",
            "The recipient's mail server accepted it.",
            "Verified TLS: certificate and name of the server were checked.",
            CONNECTION,
        ),
    ]


@pytest.mark.parametrize(
    ("known", "fact"),
    [
        ({"pin": "*.postlark.example"}, ("Your pin that names the server", "*.postlark.example")),
        (
            {"unchanged_since": "2026-10-20"},
            ("Same servers, all verified, since", "2026-10-20"),
        ),
    ],
)
def test_a_pinned_server_is_told_with_the_pin(known, fact):
    (moment,) = story.tell([Event("accepted", at(1), TLS | {"level": "T2P"} | known)])
    assert moment.explanation == (
        "Verified TLS: you pinned the server, or it has been the same for thirty days."
    )
    assert (moment.mark, fact in moment.evidence) == ("tls", True)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("deferred", "It could not be handed over. We try again."),
        ("failed", "It could not be handed over."),
    ],
)
def test_what_no_server_said_is_never_put_as_its_reply(kind, sentence):
    (moment,) = story.tell([Event(kind, NINE, {"finding": "No connection to the mail server."})])
    assert moment.sentence == sentence
    assert moment.evidence == (("What we found", "No connection to the mail server."),)


@pytest.mark.parametrize(
    ("detail", "sentence", "explanation"),
    [
        (
            {"finding": "No connection to the mail server.", "meaning": "no_connection"},
            "It could not be handed over.",
            "No connection to the mail server was possible until we gave up.",
        ),
        (
            {"reply": "451 4.7.1 Greylisted", "meaning": "greylisted"},
            "The server put it off until we gave up.",
            "The server asked us each time to come back later, until we gave up.",
        ),
        (
            {"reply": "421 4.3.2 closing", "meaning": "try_later"},
            "The server put it off until we gave up.",
            "The server was busy until we gave up.",
        ),
        (
            {"reply": "550 5.1.1 no such user", "meaning": "no_such_address"},
            "The server refused it for good.",
            "The mailbox does not exist.",
        ),
        (
            {"failure": "starttls-not-supported", "reason": "tls_failed"},
            "It could not be handed over.",
            "The server offers no TLS. The mail server proved no TLS, and a test goes no other way.",
        ),
    ],
)
def test_each_class_of_cause_has_its_own_words(detail, sentence, explanation):
    (moment,) = story.tell([Event("failed", NINE, detail)])
    assert (moment.sentence, moment.explanation) == (sentence, explanation)


def test_a_line_that_broke_is_a_finding_of_ours():
    (moment,) = story.tell([Event("uncertain", NINE, {"finding": "The connection was lost."})])
    assert moment.evidence == (("What we found", "The connection was lost."),)


def test_a_message_that_could_not_be_made_was_refused_by_no_server():
    assert story.tell([Event("failed", NINE, {"reason": "not_renderable"})]) == [
        Moment(
            NINE,
            "failed",
            "It could not be handed over.",
            "The message could not be made for this person.",
        )
    ]


def test_an_unsafe_server_leads_to_the_portal():
    events = [
        Event("unsafe", at(0), {"failure": "certificate-expired", "host": "mx.oldmill.example"}),
        Event("escrowed", at(1), {"reason": "unsafe_transport"}),
        Event("opened", at(9), {"opened_by": "browser"}),
    ]
    assert [(moment.mark, moment.explanation) for moment in story.tell(events)] == [
        ("held", "The server's certificate has expired."),
        ("portal", "The way to the mailbox is not safe enough."),
        ("portal", "It was opened in the person's own browser."),
    ]


def test_a_refusal_gives_the_reasons_of_the_gate():
    events = [Event("decided", NINE, {"outcome": "deny", "reasons": ["opted_out", "deceased"]})]
    assert story.tell(events) == [
        Moment(NINE, "skipped", "Not sent.", "Email was refused. The person has died.")
    ]


def test_the_proof_is_the_last_hand_over():
    earlier = Event("accepted", at(0), {**TLS, "level": "T0"})
    assert story.proof([Event("accepted", at(5), TLS), earlier]) == story.Proof(
        at(5), "Verified TLS: certificate and name of the server were checked", True, CONNECTION
    )


def test_without_an_accepted_hand_over_there_is_no_proof():
    assert story.proof([Event("deferred", NINE, {})]) is None


def test_mail_that_left_without_proof_is_not_called_verified():
    (moment,) = story.tell([Event("accepted", NINE, {**TLS, "level": "T1"})])
    assert (moment.mark, moment.explanation) == (
        "note",
        "TLS without a certificate that anybody vouches for.",
    )


def test_every_event_that_is_recorded_can_be_told():
    assert {*MessageEvent.Kind.values, *EscrowEvent.Kind.values, "reacted"} == set(story.TELLERS)


def test_an_event_that_nobody_can_explain_is_noticed():
    with pytest.raises(KeyError):
        story.tell([Event("teleported", NINE, {})])


def test_every_failure_of_protection_has_its_sentence():
    assert set(story.TLS_FAILURES) == {failure.value for failure in TlsFailure}


def test_what_was_signed_and_asked_for_is_told_with_the_proof():
    detail = {**TLS, "level": "T4", "tlsa": "3 1 1", "dnssec": True, "requires_tls": True}
    facts = dict(story.proof([Event("accepted", NINE, detail)]).facts)
    assert facts["Key in signed DNS (TLSA)"] == "3 1 1"
    assert facts["Names of the servers"] == "Signed, and checked by us (DNSSEC)"
    assert facts["Servers after this one"] == "Verified TLS is asked of each (REQUIRETLS)"
