"""What the destruction of a workspace says about itself, signed, so that an outsider can check it."""

import base64
import binascii
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from audit import notes, sequencing, signing
from audit import queries as audit_queries
from audit.models import SigningKey
from compliance import lifecycle
from compliance.lifecycle import DataClass
from compliance.models import Ending
from tenancy import clock, destroying
from tenancy.errors import DomainError
from tenancy.models import Tenant, WrappedKey
from tenancy.scope import current_tenant_id, platform_scope

FORMAT = "sealpost-destruction-certificate/1"
RULE = "45 CFR 164.504(e)(2)(ii)(J)"
CLASSES = {
    DataClass.PHI.value: "Patients",
    DataClass.STAFF.value: "People who worked there",
    DataClass.EVIDENCE.value: "Evidence",
    DataClass.OPERATIONAL.value: "Running of the service",
}


class CertificateInvalid(DomainError):
    """The file is no certificate, or this platform did not sign it as it is."""


def body(tenant: Tenant, ending: Ending, removed: dict[str, int]) -> dict[str, Any]:
    """What is signed: people who decided, counts, keys and times; nothing about a patient.

    For the tenant's scope, when its keys are destroyed and its log is closed.
    """
    now = clock.now()
    checkpoint = audit_queries.newest_checkpoint()
    return {
        "format": FORMAT,
        "rule": RULE,
        "workspace": {
            "id": str(tenant.pk), "name": tenant.name, "opened_at": tenant.created_at.isoformat(),
        },
        "asked_by": {
            "id": ending.asked_by, "name": ending.asked_by_name, "at": ending.asked_at.isoformat(),
        },
        "decided_by": {
            "id": ending.decided_by, "name": ending.decided_by_name, "at": _iso(ending.decided_at),
        },
        "stopped": ending.stopped,
        "due_at": _iso(ending.destroy_at),
        "begun_at": _iso(ending.destroying_since),
        "ended_at": now.isoformat(),
        "removed": by_class(removed),
        "rows": sum(removed.values()),
        "kept": {it._meta.label: it.objects.count() for it in destroying.staying()},
        "keys": _keys(),
        "audit": checkpoint and {
            "size": checkpoint.size, "root": checkpoint.root.hex(), "checkpoint": checkpoint.note,
        },
        "backups_hold_no_key_from": (now + keys_last()).date().isoformat(),
    }  # fmt: skip


def keys_last() -> timedelta:
    """How long the last backup of the keys is kept."""
    return timedelta(days=settings.BACKUP_KEYS_DAYS)


def by_class(removed: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Data class → rows that went, in all and by table."""
    classes = {it.model._meta.label: it.data_class.value for it in lifecycle.registered().values()}
    found: dict[str, dict[str, Any]] = {}
    for table, rows in sorted(removed.items()):
        of_class = found.setdefault(classes[table], {"rows": 0, "tables": Counter()})
        of_class["rows"] += rows
        of_class["tables"][table] += rows
    return found


def signed(certificate: dict[str, Any]) -> str:
    """The document: the certificate, its signature, and the key that made it."""
    with platform_scope():
        key = signing.current()
    origin = sequencing.origin(current_tenant_id())
    document = {
        "certificate": certificate,
        "signature": base64.b64encode(key.sign(_canonical(certificate))).decode(),
        "key": notes.verifier_key(origin, key.public_key().public_bytes_raw()),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()


def read(document: str) -> dict[str, Any]:
    """The certificate, if a key of this platform signed it as it is. Raises CertificateInvalid."""
    try:
        told = orjson.loads(document)
        certificate: dict[str, Any] = told["certificate"]
        signature = base64.b64decode(told["signature"], validate=True)
        public = base64.b64decode(told["key"].split("+", 2)[2], validate=True)[1:]
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _canonical(certificate))
    except (ValueError, LookupError, TypeError, AttributeError, binascii.Error):
        raise CertificateInvalid("This file is not a certificate.") from None
    except InvalidSignature:
        raise CertificateInvalid("This certificate is not as it was signed.") from None
    with platform_scope():
        known = {bytes(key) for key in SigningKey.objects.values_list("public_key", flat=True)}
    if public not in known:
        raise CertificateInvalid("No key of this platform signed this certificate.")
    return certificate


@dataclass(frozen=True)
class Shown:
    """What a page shows of a certificate in the reader's own words and time zone."""

    ended_at: datetime
    no_key_from: date
    classes: list[tuple[str, int]]


def shown(certificate: dict[str, Any]) -> Shown:
    return Shown(
        datetime.fromisoformat(certificate["ended_at"]),
        date.fromisoformat(certificate["backups_hold_no_key_from"]),
        [(CLASSES[name], gone["rows"]) for name, gone in certificate["removed"].items()],
    )


def _keys() -> list[dict[str, Any]]:
    """Every version that there was; each is destroyed by now."""
    keys = WrappedKey.objects.filter(tenant=current_tenant_id()).order_by("purpose", "version")
    return [
        {"purpose": key.purpose, "version": key.version, "destroyed_at": _iso(key.destroyed_at)}
        for key in keys
    ]


def _canonical(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
