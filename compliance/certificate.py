"""What a run of retention says about itself, so that an outsider can check it."""

import hashlib
from typing import Any

import orjson

from audit import queries as audit_queries
from compliance.models import RetentionRun
from compliance.retained import TERMS, Retained
from tenancy.scope import current_tenant_id

FORMAT = "sealpost-retention-certificate/1"


def body(run: RetentionRun) -> dict[str, Any]:
    """What is hashed: counts, classes, periods and the version of the rules; nothing about a person."""
    return {
        "format": FORMAT,
        "workspace": str(current_tenant_id()),
        "run": str(run.pk),
        "begun_at": run.begun_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "outcome": run.outcome,
        "started_by": run.started_by,
        "rule_version": run.rule_version,
        "periods_in_days": run.days,
        "removed": run.removed,
        "rows": run.rows,
    }


def digest(run: RetentionRun) -> str:
    return hashlib.sha256(_canonical(body(run))).hexdigest()


def document(run: RetentionRun) -> bytes:
    """The file: the certificate, its hash, and the proof that the audit log has held it since."""
    proof = audit_queries.inclusion(run.event_id) if run.event_id else None
    audit = None
    if proof is not None:
        audit = {
            "event": str(run.event_id),
            "place": proof.seq,
            "proof": [value.hex() for value in proof.hashes],
            "checkpoint": proof.checkpoint.note,
        }
    whole = {"certificate": body(run), "sha256": run.certificate_hash, "audit": audit}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def lines(run: RetentionRun) -> list[tuple[str, int | None, int]]:
    """Label, days and rows of each class; what is operational has periods of our own."""
    found: list[tuple[str, int | None, int]] = [
        (
            TERMS[retained].label,
            run.days[retained.value],
            sum(run.removed.get(retained.value, {}).values()),
        )
        for retained in Retained
        if retained is not Retained.AUDIT
    ]
    found.append(("Running of the service", None, sum(run.removed.get("operational", {}).values())))
    return found


def _canonical(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
