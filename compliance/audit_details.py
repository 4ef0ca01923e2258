"""The details of an audit event, as names and values that a reader knows."""

import re
from typing import Any

from accounts.protective import groups
from accounts.roles import Role
from compliance.audit_words import ACCESS, PROOFS
from compliance.facts import SuppressionReason
from compliance.models import Alert
from compliance.purposes import Purpose

# What is not plain once its underscores are gone.
NAMES = {
    "is now": "now",
    "is possible disclosure": "possible disclosure of PHI",
    "lets go on": "may go on",
    "net": "network",
    "sha256": "SHA-256",
    "text hash": "SHA-256 of the text",
    "content hash": "SHA-256 of what was approved",
    "tls version": "TLS version",
    "was": "before",
}
# What a code says, by the name of the detail that holds it.
_ROLES = dict(Role.choices)
_PURPOSES = dict(Purpose.choices)
_PHI_CLASSES = {
    "none": "no PHI",
    "limited": "limited PHI",
    "phi": "PHI",
    "special": "specially protected PHI",
}
CODES: dict[str, dict[str, str]] = {
    "role": _ROLES,
    "before": _ROLES,
    "after": _ROLES,
    "purpose": _PURPOSES,
    "purposes": _PURPOSES,
    "classes": _PHI_CLASSES,
    "phi class": _PHI_CLASSES,
    "reason": dict(SuppressionReason.choices)
    | {
        "address": "the network address",
        "budget": "too many looks within an hour",
        "code": "wrong code",
        "network": "a network that is not listed",
        "passkey": "a passkey that does not fit",
        "password": "wrong address or password",
        "role": "the role does not allow it",
        "scope": "the key lacks the scope",
    },
    "was": _PHI_CLASSES | dict(SuppressionReason.choices),
    "is now": _PHI_CLASSES,
    "kind": dict(Alert.Kind.choices)
    | {
        "anchoring.loosen": "fewer places for checkpoints",
        "api_key.allow_phi": "an API key that sees PHI",
        "api_key.letters_hold_less": "messages of a system that are said to hold less",
        "audit.dispose": "the end of old audit events",
        "contacts.export": "an export of people",
        "factor.reset": "a new second factor",
        "hold.release": "the end of a legal hold",
        "networks.widen": "more networks",
        "pin.loosen": "more mail servers for a domain, or the end of its pin",
        "policy.loosen": "a policy that protects less",
        "retention.loosen": "retention that protects less",
        "review.loosen": "fewer reviews of the audit log",
        "sign_in.loosen": "rules of sign-in that protect less",
        "workspace.end": "the end of the workspace",
    },
    "opened by": {"browser": "the person's browser", "server": "the portal, without script"},
    "outcome": {
        "tls": "verified TLS",
        "plain": "without verified TLS",
        "portal": "secure portal",
        "held": "will be tried again",
    },
}
_CODE = re.compile("[a-z0-9]+(_[a-z0-9]+)+")


def detail_lines(detail: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    """Names and values of an event's details, nested ones flattened; `was` beside `is`."""
    lines: list[tuple[str, str]] = []
    for name, value in sorted(detail.items()):
        key = f"{prefix}{name}".replace("_", " ")
        label = NAMES.get(key, key)
        match value:
            case {"was": before, "is": now}:
                lines.append(_changed(name, label, (before, now)))
            # The ids of a batch, in columns: an export holds them, a page says how many.
            case [[_, *_], *_]:
                lines.append((label, f"{len(value):,}"))
            case dict():
                lines += detail_lines(value, "" if name == "changed" else f"{name} ")
            case _:
                lines.append((label, _plain(key, value)))
    return lines


def _changed(field: str, label: str, values: tuple[Any, Any]) -> tuple[str, str]:
    """A setting that went from one value to another, in the words of the page that changes it."""
    group = next((it for it in groups() if field in (*it.fields, *it.neutral)), None)
    if group:
        (label, before), (_, now) = (group.words(field, value) for value in values)
    else:
        before, now = (_plain(field.replace("_", " "), value) for value in values)
    return label, f"{now}, was {before}"


def _plain(key: str, value: object) -> str:
    match value:
        case None | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_plain(key, one) for one in value) or "none"
        case str():
            known = CODES.get(key, {}).get(value)
            return known or (value.replace("_", " ") if _CODE.fullmatch(value) else value)
    return str(value)


def source_lines(source: dict[str, str]) -> list[tuple[str, str]]:
    """How whoever did it signed in, and from where: what is known of it."""
    proof, access = source.get("auth", ""), source.get("access", "")
    lines = [
        ("signed in with", PROOFS.get(proof, proof)),
        ("let in by", ACCESS.get(access, access)),
        ("from", ", ".join(filter(None, [source.get("address"), source.get("agent")]))),
        ("session", source.get("session", "")),
    ]
    return [(name, value) for name, value in lines if value]
