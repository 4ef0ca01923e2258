import pytest

from delivery.replies import CONSEQUENCES, Meaning, meaning_of
from delivery.reports import reasons
from delivery.wire import dial, door, transport
from delivery.wire.reply import TEXT_LIMIT, MalformedReply, Reply, parse
from delivery.wire.session import Stage

TABLE = [
    (Stage.DOT, "250 2.0.0 queued", Meaning.DELIVERED),
    (Stage.RCPT, "550 5.1.1 no such user", Meaning.NO_SUCH_ADDRESS),
    (Stage.RCPT, "550 5.1.10 null mx", Meaning.NO_SUCH_ADDRESS),
    (Stage.RCPT, "550 5.2.1 mailbox disabled", Meaning.NO_SUCH_ADDRESS),
    (Stage.DNS, "556 5.1.2 no such domain", Meaning.NO_SUCH_ADDRESS),
    (Stage.RCPT, "550 5.1.2 cannot reach the domain", Meaning.REFUSED),
    (Stage.RCPT, "550 User unknown", Meaning.NO_SUCH_ADDRESS),
    (Stage.RCPT, "550 Requested action not taken: mailbox unavailable", Meaning.NO_SUCH_ADDRESS),
    (Stage.RCPT, "550 Rejected", Meaning.REFUSED),
    (Stage.DOT, "550 user unknown", Meaning.REFUSED),
    (Stage.RCPT, "452 4.2.2 over quota", Meaning.MAILBOX_FULL),
    (Stage.RCPT, "552 5.2.2 over quota", Meaning.MAILBOX_FULL),
    (Stage.RCPT, "552 too many recipients", Meaning.TRY_LATER),
    (Stage.DOT, "552 too large", Meaning.CONTENT_REFUSED),
    (Stage.MAIL, "552 5.3.4 too large", Meaning.CONTENT_REFUSED),
    (Stage.DOT, "554 5.6.0 bad content", Meaning.CONTENT_REFUSED),
    (Stage.RCPT, "451 4.7.1 Greylisting in action", Meaning.GREYLISTED),
    (Stage.RCPT, "450 please come back, you are graylisted", Meaning.GREYLISTED),
    (Stage.MAIL, "421 4.7.28 unusual rate", Meaning.TRY_LATER),
    (Stage.MAIL, "421 4.3.2 closing", Meaning.TRY_LATER),
    (Stage.DOT, "550 5.7.26 unauthenticated", Meaning.SENDER_REFUSED),
    (Stage.MAIL, "550 5.7.515 access denied", Meaning.SENDER_REFUSED),
    (Stage.CONNECT, "554 go away", Meaning.SENDER_REFUSED),
    (Stage.DOT, "554 Message looks like spam", Meaning.SENDER_REFUSED),
    (Stage.DOT, "554 transaction failed", Meaning.REFUSED),
    (Stage.DNS, "451 4.4.3 no answer", Meaning.TRY_LATER),
]


@pytest.mark.parametrize(("stage", "line", "meaning"), TABLE)
def test_every_answer_has_one_meaning(stage, line, meaning):
    assert meaning_of(stage, parse([line.encode()])) is meaning


GOOGLE, YAHOO = "gmail-smtp-in.l.google.com", "mta5.am0.yahoodns.net"
OUTLOOK = "clinic-example.mail.protection.outlook.com"
GONE = "doesn't have a yahoo.com account"


@pytest.mark.parametrize(
    ("host", "stage", "line", "meaning", "elsewhere"),
    [
        (GOOGLE, Stage.RCPT, "450 4.2.1 receiving mail at a rate that prevents additional messages",
         Meaning.TRY_LATER, Meaning.MAILBOX_FULL),
        (GOOGLE, Stage.RCPT, "550 5.2.1 receiving mail at a rate that prevents additional messages",
         Meaning.REFUSED, Meaning.NO_SUCH_ADDRESS),
        (GOOGLE, Stage.RCPT, "550 5.2.1 The email account is disabled",
         Meaning.NO_SUCH_ADDRESS, Meaning.NO_SUCH_ADDRESS),
        (GOOGLE, Stage.DOT, "421 4.7.28 unusual rate of mail", Meaning.TRY_LATER, Meaning.TRY_LATER),
        (OUTLOOK, Stage.RCPT, "550 5.4.1 Recipient address rejected: Access denied.",
         Meaning.NO_SUCH_ADDRESS, Meaning.REFUSED),
        (OUTLOOK, Stage.MAIL, "451 4.7.500 Server busy", Meaning.TRY_LATER, Meaning.TRY_LATER),
        (YAHOO, Stage.DOT, f"554 delivery error: dd This user {GONE}",
         Meaning.NO_SUCH_ADDRESS, Meaning.REFUSED),
    ],
)  # fmt: skip
def test_an_operator_may_mean_something_else_by_a_code(host, stage, line, meaning, elsewhere):
    reply = parse([line.encode()])
    assert meaning_of(stage, reply, host) is meaning
    assert meaning_of(stage, reply) is elsewhere


@pytest.mark.parametrize(
    ("found", "meaning"),
    [
        (dial.UNREACHABLE, Meaning.NO_CONNECTION),
        (transport.RESTING, Meaning.NO_CONNECTION),
        (door.LOST, Meaning.CONNECTION_LOST),
        (transport.NO_DNS, Meaning.NO_NAME_ANSWER),
        (transport.NO_HOST, Meaning.NO_USABLE_HOST),
        (door.TOO_LARGE, Meaning.CONTENT_REFUSED),
    ],
)
def test_what_we_found_is_never_called_a_busy_server(found, meaning):
    assert meaning_of(Stage.MAIL, found) is meaning
    assert meaning_of(Stage.MAIL, Reply(451, "4.4.1", found.text)) is Meaning.TRY_LATER


def test_every_meaning_that_ends_a_message_has_its_sentence():
    ends = {meaning.value for meaning in Meaning} - {"delivered"}
    assert ends <= reasons.OF_THE_WIRE.keys()


def test_only_a_missing_address_is_suppressed():
    assert {meaning for meaning, each in CONSEQUENCES.items() if each.suppresses} == {
        Meaning.NO_SUCH_ADDRESS
    }


def test_three_hundreds_are_no_final_answer():
    with pytest.raises(ValueError, match="354"):
        meaning_of(Stage.DOT, Reply(354, "", "go on"))


def test_reads_many_lines_as_one_reply():
    reply = parse([b"550-5.1.1 first", b"550 5.1.1 second"])
    assert reply == Reply(550, "5.1.1", "5.1.1 first\n5.1.1 second")


@pytest.mark.parametrize(
    "lines", [[b"hello"], [b""], [b"250-a", b"550 b"], [b"999 x"], [b"25"], [b"250-a"] * 1001]
)
def test_refuses_what_is_no_reply(lines):
    with pytest.raises(MalformedReply):
        parse(lines)


def test_of_a_long_answer_the_beginning_is_kept():
    lines = [b"550-5.7.1 " + b"no " * 1000] * 999 + [b"550 5.7.1 no"]
    reply = parse(lines)
    assert (reply.code, reply.enhanced, len(reply.text)) == (550, "5.7.1", TEXT_LIMIT)


@pytest.mark.parametrize(
    ("between", "meaning"), [(100, Meaning.NO_SUCH_ADDRESS), (200, Meaning.REFUSED)]
)
def test_words_far_apart_say_nothing_together(between, meaning):
    """Nor does looking for them cost more than the answer is long."""
    line = f"550 The user {'-' * between} is unknown"
    assert meaning_of(Stage.RCPT, parse([line.encode()])) is meaning
