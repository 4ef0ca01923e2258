"""A report as RFC 8460 4.4 wants it, from what tries showed. Pure."""

import gzip
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import orjson

from delivery.wire.levels import Level, PolicyType, TlsFailure
from delivery.wire.sts import Policy

MX = "mx: "
# By which policy a session was judged that reached the level.
OF_LEVELS = {
    Level.T4.name: PolicyType.TLSA,
    Level.T3.name: PolicyType.STS,
    Level.T2P.name: PolicyType.NONE,
    Level.T2.name: PolicyType.NONE,
    Level.T1.name: PolicyType.NONE,
}
OF_FAILURES = {
    TlsFailure.TLSA_INVALID: PolicyType.TLSA,
    TlsFailure.DNSSEC_INVALID: PolicyType.TLSA,
    TlsFailure.DANE_REQUIRED: PolicyType.TLSA,
    TlsFailure.STS_FETCH_ERROR: PolicyType.STS,
    TlsFailure.STS_INVALID: PolicyType.STS,
    TlsFailure.STS_WEBPKI: PolicyType.STS,
    TlsFailure.NOT_NAMED: PolicyType.STS,
}
# RFC 8460 4.3 has no word of its own for these.
AS_REPORTED = {
    TlsFailure.REFUSED_NOW: TlsFailure.NOT_OFFERED,
    TlsFailure.TIMED_OUT: TlsFailure.OLD_VERSION,
    TlsFailure.BROKEN_OFF: TlsFailure.OLD_VERSION,
    TlsFailure.NOT_NAMED: TlsFailure.OLD_VERSION,
}
# What a workspace asks for beyond what the domain promises is no failure of the domain.
OURS = frozenset({TlsFailure.NOT_PROMISED, TlsFailure.NOT_PINNED, TlsFailure.UNPINNED})


@dataclass(frozen=True)
class Report:
    """`organization` and `contact` are the platform's: nobody learns which workspace wrote to a domain."""

    organization: str
    contact: str
    domain: str
    day: date
    counts: Mapping[str, int]
    sts_policy: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.day:%Y%m%d}.{self.domain}@{self.organization}"

    @property
    def file_name(self) -> str:
        """RFC 8460 5.1."""
        begins = f"{self.day:%Y-%m-%d}T00:00:00Z"
        ends = f"{self.day + timedelta(days=1):%Y-%m-%d}T00:00:00Z"
        return f"{self.organization}!{self.domain}!{begins}!{ends}.json.gz".replace(":", "")

    def zipped(self) -> bytes:
        """The same bytes each time, so that a second copy is known for what it is."""
        return gzip.compress(orjson.dumps(self.as_json()), mtime=0)

    def as_json(self) -> dict[str, object]:
        following = self.day + timedelta(days=1)
        return {
            "organization-name": self.organization,
            "date-range": {
                "start-datetime": f"{self.day:%Y-%m-%d}T00:00:00Z",
                "end-datetime": f"{following:%Y-%m-%d}T00:00:00Z",
            },
            "contact-info": self.contact,
            "report-id": self.id,
            "policies": self._policies(),
        }

    def _policies(self) -> list[dict[str, object]]:
        good: dict[str, int] = defaultdict(int)
        bad: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for shown, count in self.counts.items():
            policy, failure = _judged(shown)
            if failure:
                bad[policy][failure] += count
            else:
                good[policy] += count
        return [
            {
                "policy": self._policy(policy),
                "summary": {
                    "total-successful-session-count": good[policy],
                    "total-failure-session-count": sum(bad[policy].values()),
                },
                "failure-details": [
                    {"result-type": failure, "failed-session-count": count}
                    for failure, count in sorted(bad[policy].items())
                ],
            }
            for policy in sorted({*good, *bad})
        ]

    def _policy(self, kind: str) -> dict[str, object]:
        """With its text and its hosts, if it is an MTA-STS policy that we know."""
        policy: dict[str, object] = {"policy-type": kind, "policy-domain": self.domain}
        if kind == PolicyType.STS and self.sts_policy:
            policy["policy-string"] = list(self.sts_policy)
            policy["mx-host"] = [
                line.removeprefix(MX) for line in self.sts_policy if line.startswith(MX)
            ]
        return policy


def lines_of(policy: Policy) -> list[str]:
    """As its file says it (RFC 8461 3.2)."""
    return [
        "version: STSv1",
        f"mode: {policy.mode.value}",
        *(f"{MX}{host}" for host in policy.mx),
        f"max_age: {int(policy.max_age.total_seconds())}",
    ]


def rests_on_sts(shown: str) -> bool:
    """Whether an MTA-STS policy judged such a session."""
    return _judged(shown)[0] == PolicyType.STS


def sessions(counts: Mapping[str, int]) -> int:
    return sum(counts.values())


def reported(counts: Mapping[str, int]) -> dict[str, int]:
    """What of it the domain is told."""
    return {shown: count for shown, count in counts.items() if shown not in OURS}


def _judged(shown: str) -> tuple[str, str]:
    """The policy, and the failure or nothing."""
    if shown == Level.T0.name:
        return PolicyType.NONE.value, TlsFailure.NOT_OFFERED.value
    if shown in OF_LEVELS:
        return OF_LEVELS[shown].value, ""
    failure = TlsFailure(shown)
    policy = OF_FAILURES.get(failure, PolicyType.NONE)
    return policy.value, AS_REPORTED.get(failure, failure).value
