"""An event in the words of other systems: ArcSight CEF and FHIR R4 AuditEvent. Pure; from the leaf alone."""

from typing import Any

# DICOM PS3.16 CID 400, which FHIR's value set of event types takes over.
_TYPES = {
    "session": ("110114", "User Authentication"),
    "contact": ("110110", "Patient Record"),
    "contacts": ("110110", "Patient Record"),
    "portal": ("110110", "Patient Record"),
}
_EXPORT, _QUERY = ("110106", "Export"), ("110112", "Query")
_APPLICATION = ("110100", "Application Activity")
# R4 has no place of its own for how an agent proved who it is: `auth`, and `access` beyond the role.
_EXTENSIONS = "urn:sealpost:agent:"
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
# FHIR's audit-event-action: create, read, update, delete, execute.
_VERBS = {
    "C": (
        "added",
        "created",
        "issued",
        "invited",
        "joined",
        "defined",
        "enrolled",
        "granted",
        "made",
    ),
    "R": (
        "revealed",
        "searched",
        "exported",
        "downloaded",
        "previewed",
        "opened",
        "viewed",
        "read",
    ),
    "U": ("changed", "matched", "restored", "paused", "resumed", "upserted"),
    "D": ("removed", "erased", "deleted", "archived", "expired"),
}
_CODES = {verb: code for code, verbs in _VERBS.items() for verb in verbs}
_OUTCOMES = {"done": "0", "denied": "4", "failed": "8"}
_SEVERITIES = {"done": "3", "denied": "6", "failed": "5"}


def cef(facts: dict[str, Any], *, seq: int) -> str:
    """One line of CEF 0. Whatever an event says, it stays one line and one event."""
    action, outcome, source = facts["action"], facts["outcome"], facts.get("source", {})
    header = ["Sealpost", "Sealpost", "1", action, action.replace(".", " "), _SEVERITIES[outcome]]
    extension = {
        "rt": facts["recorded_at"],
        "externalId": facts["id"],
        "cn1Label": "seq",
        "cn1": str(seq),
        "outcome": outcome,
        "reason": facts.get("reason", ""),
        "suid": facts["actor"]["id"],
        "suser": facts["actor"]["name"],
        "spriv": source.get("role", ""),
        "requestClientApplication": source.get("agent", ""),
        "dhost": source.get("host", ""),
        "cs1Label": "object",
        "cs1": f"{facts['object']['type']}/{facts['object']['id']}",
        "cs2Label": "network",
        "cs2": source.get("address", ""),
        "cs3Label": "request",
        "cs3": source.get("request", ""),
        "cs4Label": "signedInWith",
        "cs4": source.get("auth", ""),
        "cs5Label": "access",
        "cs5": source.get("access", ""),
    }
    fields = " ".join(f"{name}={_cef_value(value)}" for name, value in extension.items() if value)
    return "|".join(["CEF:0", *map(_cef_header, header), fields])


def _cef_header(text: str) -> str:
    return _one_line(text.replace("\\", "\\\\").replace("|", "\\|"), between=" ")


def _cef_value(text: str) -> str:
    return _one_line(text.replace("\\", "\\\\").replace("=", "\\="), between="\\n")


def _one_line(text: str, *, between: str) -> str:
    """Every character that some reader takes for the end of a line."""
    return between.join(text.splitlines())


def fhir(facts: dict[str, Any]) -> dict[str, Any]:
    """A FHIR R4 AuditEvent."""
    noun, _, verb = facts["action"].partition(".")
    source = facts.get("source", {})
    code, display = _type(noun, verb)
    event = {
        "resourceType": "AuditEvent",
        "id": facts["id"],
        "type": {"system": _DCM, "code": code, "display": display},
        "subtype": [{"system": "urn:sealpost:action", "code": facts["action"]}],
        "action": _CODES.get(verb.rpartition("_")[2], "E"),
        "recorded": facts["recorded_at"],
        "outcome": _OUTCOMES[facts["outcome"]],
        "agent": [_agent(facts["actor"], source)],
        "source": {"observer": {"display": source.get("host") or "Sealpost"}},
    }
    if facts.get("reason"):
        event["outcomeDesc"] = facts["reason"]
    if facts.get("purpose"):
        event["purposeOfEvent"] = [{"text": facts["purpose"]}]
    if facts["object"]["id"]:
        thing = {"identifier": {"value": facts["object"]["id"]}, "type": facts["object"]["type"]}
        event["entity"] = [{"what": thing}]
    return event


def _agent(actor: dict[str, str], source: dict[str, str]) -> dict[str, Any]:
    agent: dict[str, Any] = {
        "who": {"identifier": {"value": actor["id"]}},
        "requestor": actor["kind"] != "system",
    }
    if actor["name"]:
        agent["name"] = actor["name"]
    if source.get("role"):
        agent["role"] = [{"text": source["role"]}]
    proofs = [
        {"url": f"{_EXTENSIONS}{name}", "valueString": source[name]}
        for name in ("auth", "access")
        if source.get(name)
    ]
    if proofs:
        agent["extension"] = proofs
    if source.get("address"):
        agent["network"] = {"address": source["address"], "type": "2"}
    return agent


def _type(noun: str, verb: str) -> tuple[str, str]:
    if verb.endswith(("exported", "downloaded")):
        return _EXPORT
    if verb.endswith("searched"):
        return _QUERY
    return _TYPES.get(noun, _APPLICATION)
