"""What is kept of a try: words of machines with the message, what servers showed with their domain."""

from typing import NamedTuple

from delivery.wire.door import Outcome, Result
from delivery.wire.levels import Evidence
from delivery.wire.reply import Finding
from delivery.wire.session import Answer, Stage

# From here on the level of the connection is known.
SPOKE_OF_MESSAGE = frozenset({Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT})


class Observation(NamedTuple):
    """What a try showed of one mail server: the level that it reached, or why it reached none."""

    host: str
    shown: str


def observed(outcome: Outcome) -> tuple[Observation, ...]:
    """In the order in which the servers were tried."""
    fell_short = [Observation(each.host, each.tls) for each in outcome.failures if each.tls]
    if outcome.host and outcome.stage in SPOKE_OF_MESSAGE:
        fell_short.append(Observation(outcome.host, outcome.evidence.level.name))
    return tuple(fell_short)


def detail_of(outcome: Outcome) -> dict[str, object]:
    """What machines said, word for word; it is sealed where it is kept."""
    evidence: Evidence = outcome.evidence
    found = {
        "stage": outcome.stage.value,
        **_said(outcome),
        "host": outcome.host,
        "address": outcome.address,
        "level": evidence.level.name,
        "tls_version": evidence.version,
        "cipher": evidence.cipher,
        "certificate": evidence.certificate_sha256,
        "issuer": evidence.issuer,
        "names": list(evidence.names),
        "not_after": evidence.not_after.isoformat() if evidence.not_after else "",
        "dnssec": evidence.is_dnssec,
        "sts_id": evidence.sts_id,
        "tlsa": evidence.tlsa,
        "pin": evidence.pin,
        "unchanged_since": evidence.unchanged_since,
        "requires_tls": evidence.requires_tls,
        "passed_over": [
            {
                "host": failure.host,
                "tls": failure.tls or "",
                "policy": failure.policy,
                **_put(failure.answer),
            }
            for failure in outcome.failures
        ],
    }
    return {name: value for name, value in found.items() if value}


def _said(outcome: Outcome) -> dict[str, str]:
    """Nothing where no host was safe: then no server was asked about the message."""
    if outcome.result is Result.UNPROTECTED:
        return {}
    return _put(Answer(outcome.stage, outcome.reply))


def _put(answer: Answer | None) -> dict[str, str]:
    """A server's words as its reply; what we found instead never under that name."""
    if answer is None:
        return {}
    if isinstance(answer.reply, Finding):
        return {"finding": str(answer.reply)}
    return {"reply": str(answer.reply), "enhanced": answer.reply.enhanced}
