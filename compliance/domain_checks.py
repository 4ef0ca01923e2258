"""What is wrong with the DNS records of a sender domain, and what to do about it.

Pure: the answers of the DNS come in as plain data, so the same rules serve the page, the check
before a campaign and the tests.
"""

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import TextChoices

from compliance.domain_records import KEYS, Question, Record, RecordKind, inherited_names, slips

# An empty tuple: the name or the type does not exist. None: no server answered; nothing is known.
Values = tuple[str, ...] | None
Answers = Mapping[Question, Values]


_NOTHING_YET = "Nothing is there yet. A new record can take up to an hour to be seen everywhere."
_NO_OWN_SERVER = (
    "The domain names no mail server, so answers may get lost. Let answers come into Sealpost."
)
_ADVICE_IF_MISSING = {
    RecordKind.MTA_STS: (
        "Replies to your senders go to this domain's own mail servers. Ask who runs them to "
        "publish an MTA-STS policy: then nobody on the way can take the encryption off."
    ),
    RecordKind.BOUNCE_POLICY_HOST: (
        "Bounces quote your mail. Make this record and the next, and other servers bring them back "
        "to us over verified TLS or not at all."
    ),
}


class RecordStatus(TextChoices):
    FOUND = "found", "Found"
    MISSING = "missing", "Missing"
    WRONG_PLACE = "wrong_place", "Wrong place"
    WRONG_VALUE = "wrong_value", "Wrong value"
    DUPLICATE = "duplicate", "Found twice"
    UNKNOWN = "unknown", "No answer"


class Finding(NamedTuple):
    """What the DNS shows for one record, and in `advice` what to do about it."""

    status: RecordStatus
    advice: str = ""


def check(record: Record, answers: Answers) -> Finding:
    """What `answers` show for `record`: first its own name, then where it may have slipped to."""
    if answers.get(record.question) is None:
        return Finding(
            RecordStatus.UNKNOWN,
            "The name servers of this domain did not answer. We ask again at the next check.",
        )
    values = _values(answers, record.name, record)
    if len(values) > 1 and record.type == "TXT":
        return Finding(RecordStatus.DUPLICATE, _DUPLICATE[record.kind])
    if values:
        return _CHECKS[record.kind](record, values)
    if record.kind is RecordKind.OWN_MAIL:
        return Finding(RecordStatus.FOUND, _NO_OWN_SERVER)
    return _elsewhere(record, answers)


def _elsewhere(record: Record, answers: Answers) -> Finding:
    for name in inherited_names(record):
        if _values(answers, name, record):
            return Finding(RecordStatus.FOUND, f"The policy at {name} covers this domain.")
    for slip in slips(record):
        values = _values(answers, slip.name, record)
        if values and _CHECKS[record.kind](record, values).status is RecordStatus.FOUND:
            return Finding(RecordStatus.WRONG_PLACE, slip.advice)
    return Finding(RecordStatus.MISSING, _ADVICE_IF_MISSING.get(record.kind, _NOTHING_YET))


def _values(answers: Answers, name: str, record: Record) -> list[str]:
    """The values under `name` that are of the record's kind."""
    values = map(_joined, answers.get(Question(name, record.type)) or ())
    return [value for value in values if _is_of_kind(record, value)]


def _joined(value: str) -> str:
    """Without the quotes around and between the 255-byte strings of a TXT record, as pasted."""
    return value.strip().strip('"').replace('" "', "").replace('""', "").rstrip(".")


def _is_of_kind(record: Record, value: str) -> bool:
    """A name may carry TXT records of other services too; those are not ours to judge."""
    match record.kind:
        case RecordKind.SPF:
            return value.lower().split(" ")[0] == "v=spf1"
        case RecordKind.DMARC:
            return value.lower().replace(" ", "").startswith("v=dmarc1")
        case RecordKind.TLS_REPORTS:
            return value.lower().startswith("v=tlsrptv1")
        case RecordKind.MTA_STS | RecordKind.BOUNCE_POLICY:
            return value.lower().startswith("v=stsv1")
        case RecordKind.RETURN_PATH | RecordKind.OWN_MAIL | RecordKind.BOUNCE_POLICY_HOST:
            return bool(value)
    return "p" in _tags(value)


def _tags(value: str) -> dict[str, str]:
    """The tag list of RFC 6376 3.2; white space inside a value does not count."""
    pairs = (pair.partition("=") for pair in value.split(";"))
    return {name.strip(): "".join(content.split()) for name, _, content in pairs if name.strip()}


def _check_dkim(record: Record, values: list[str]) -> Finding:
    ours, theirs = _tags(record.value)["p"], _tags(values[0])["p"]
    if theirs == ours:
        return Finding(RecordStatus.FOUND)
    if not theirs:
        return Finding(
            RecordStatus.WRONG_VALUE, "The key is empty, which means revoked. Paste it again."
        )
    if ours.startswith(theirs):
        return Finding(
            RecordStatus.WRONG_VALUE,
            "The key is cut off. Some DNS services take at most 255 characters in one piece: "
            "split the value into two quoted strings.",
        )
    return Finding(RecordStatus.WRONG_VALUE, "There is another key. Replace the whole value.")


def _check_spf(record: Record, values: list[str]) -> Finding:
    mechanism = record.value.split(" ")[1]
    terms = values[0].lower().split()
    if mechanism.lower() not in terms:
        return Finding(
            RecordStatus.WRONG_VALUE,
            f"The record does not name us. Add {mechanism} before its last word.",
        )
    if terms[-1] == "+all" or terms[-1] == "all":
        return Finding(
            RecordStatus.WRONG_VALUE,
            "The record ends in +all, which lets anybody send for you. End it in -all.",
        )
    return Finding(RecordStatus.FOUND)


def _check_dmarc(_record: Record, values: list[str]) -> Finding:
    if _tags(values[0].lower()).get("p") in {"none", "quarantine", "reject"}:
        return Finding(RecordStatus.FOUND)
    return Finding(
        RecordStatus.WRONG_VALUE,
        "The record states no policy. Put p=none, p=quarantine or p=reject behind v=DMARC1.",
    )


def _check_return_path(record: Record, values: list[str]) -> Finding:
    hosts = {value.lower().split()[-1] for value in values}
    ours = record.value.lower().split()[-1]
    if hosts == {ours}:
        return Finding(RecordStatus.FOUND)
    if ours in hosts:
        return Finding(
            RecordStatus.WRONG_VALUE,
            "Other mail servers are named beside ours, so bounces may be lost. Remove the others.",
        )
    return Finding(
        RecordStatus.WRONG_VALUE,
        "Another mail server is named, so bounces would not reach us. Replace the value.",
    )


def _check_own_mail(_record: Record, values: list[str]) -> Finding:
    """RFC 7505 4.2: receivers may refuse mail from a domain that takes none."""
    if all(value.split() != ["0"] for value in values):
        return Finding(RecordStatus.FOUND)
    return Finding(
        RecordStatus.WRONG_VALUE,
        'The MX record "0 ." says that this domain takes no mail, so receivers refuse mail from it. '
        "Name a mail server, or remove the record.",
    )


def _check_tls_reports(_record: Record, values: list[str]) -> Finding:
    addresses = [one.strip() for one in _tags(values[0]).get("rua", "").split(",")]
    if addresses != [""] and all(one.startswith(("mailto:", "https://")) for one in addresses):
        return Finding(RecordStatus.FOUND)
    return Finding(
        RecordStatus.WRONG_VALUE,
        "No address for reports is named. Put rua=mailto: and an address behind v=TLSRPTv1.",
    )


def _check_mta_sts(_record: Record, values: list[str]) -> Finding:
    """RFC 8461 3.1: `id` is 1 to 32 letters and digits, which change with the policy."""
    identifier = _tags(values[0]).get("id", "")
    if identifier.isascii() and identifier.isalnum() and len(identifier) <= 32:
        return Finding(RecordStatus.FOUND)
    return Finding(
        RecordStatus.WRONG_VALUE,
        "The record has no valid id, so nobody reads the policy. "
        "Put id= and up to 32 letters and digits behind v=STSv1, others at each change.",
    )


def _check_policy_host(record: Record, values: list[str]) -> Finding:
    if values[0].lower() == record.value:
        return Finding(RecordStatus.FOUND)
    return Finding(
        RecordStatus.WRONG_VALUE,
        "The name leads to another web server, which does not have the policy. Replace the value.",
    )


_CHECKS = {
    **dict.fromkeys(KEYS, _check_dkim),
    RecordKind.TLS_REPORTS: _check_tls_reports,
    RecordKind.MTA_STS: _check_mta_sts,
    RecordKind.BOUNCE_POLICY: _check_mta_sts,
    RecordKind.BOUNCE_POLICY_HOST: _check_policy_host,
    RecordKind.SPF: _check_spf,
    RecordKind.DMARC: _check_dmarc,
    RecordKind.RETURN_PATH: _check_return_path,
    RecordKind.OWN_MAIL: _check_own_mail,
}

_DUPLICATE = {
    **dict.fromkeys(
        KEYS, "There are two keys under this name; receivers may take either. Keep ours."
    ),
    RecordKind.TLS_REPORTS: "There are two records, which makes both void (RFC 8460 3). Keep one.",
    RecordKind.MTA_STS: "There are two records, which makes both void (RFC 8461 3.1). Keep one.",
    RecordKind.BOUNCE_POLICY: (
        "There are two records, which makes both void (RFC 8461 3.1). Keep ours."
    ),
    RecordKind.SPF: "There are two SPF records, which makes both void (RFC 7208 4.5). Merge them.",
    RecordKind.DMARC: "There are two DMARC records, which makes both void. Remove one.",
}
