"""DKIM keys of a sender domain: made here, in use once their record is seen, gone when replaced.

Each mail is signed twice, with RSA for every receiver and with Ed25519 for those that know it
(RFC 8463). Keys go one by one: the present one signs until the DNS shows the next.
"""

import base64
import secrets
from collections.abc import Callable, Collection

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.db import transaction

from audit import services as audit
from audit.services import SYSTEM, Actor
from compliance.domain_records import DomainNames, PublishedKey, RecordKind
from compliance.errors import KeysNotReplaced
from compliance.models import DkimKey, SenderDomain
from tenancy import clock

Algorithm = DkimKey.Algorithm

# RFC 8301 3.2: at least 2048 bits; more does not fit one DNS answer everywhere.
RSA_BITS = 2048
KIND = {
    (Algorithm.RSA, True): RecordKind.DKIM,
    (Algorithm.RSA, False): RecordKind.NEXT_DKIM,
    (Algorithm.ED25519, True): RecordKind.DKIM_ED25519,
    (Algorithm.ED25519, False): RecordKind.NEXT_DKIM_ED25519,
}


def names_of(domain: SenderDomain) -> DomainNames:
    """The domain with the keys whose records must be there, or are awaited."""
    keys = list(DkimKey.objects.filter(domain=domain, retired_at=None).order_by("made_at", "id"))
    in_place = {key.algorithm for key in keys if key.signs}
    return DomainNames(domain.domain, tuple(_published(key, in_place) for key in keys))


def _published(key: DkimKey, in_place: Collection[str]) -> PublishedKey:
    """The first key of its kind is no successor, though it waits."""
    kind = KIND[Algorithm(key.algorithm), key.signs or key.algorithm not in in_place]
    return PublishedKey(kind, key.algorithm, key.selector, key.public_key)


@transaction.atomic
def replace(domain: SenderDomain, *, actor: Actor) -> None:
    """Make the next pair of keys. Raises KeysNotReplaced while others wait for their records."""
    domain = SenderDomain.objects.select_for_update().get(pk=domain.pk)
    if DkimKey.objects.filter(domain=domain, signs_since=None, retired_at=None).exists():
        raise KeysNotReplaced("New keys wait already. Publish their records, then check them.")
    make_pair(domain)
    audit.record("domain.keys_made", actor=actor, on=domain)


@transaction.atomic
def discard_next(domain: SenderDomain, *, actor: Actor) -> None:
    """Take the waiting keys back; those in use go on. Raises KeysNotReplaced if there are none."""
    domain = SenderDomain.objects.select_for_update().get(pk=domain.pk)
    in_use = DkimKey.objects.filter(domain=domain, signs_since__isnull=False, retired_at=None)
    waiting = DkimKey.objects.filter(domain=domain, signs_since=None, retired_at=None)
    if not in_use.exists() or not waiting.exists():
        raise KeysNotReplaced("No new keys wait.")
    waiting.delete()
    audit.record("domain.keys_discarded", actor=actor, on=domain)


def make_pair(domain: SenderDomain) -> None:
    """A key of each kind, waiting for its record."""
    stem = f"sp{clock.now():%y}{secrets.token_hex(2)}"
    _make(domain, Algorithm.RSA, stem)
    _make(domain, Algorithm.ED25519, f"{stem}e")


def _make(domain: SenderDomain, algorithm: Algorithm, selector: str) -> DkimKey:
    private_key, public_key = _GENERATED[algorithm]()
    return DkimKey.objects.create(
        domain=domain,
        algorithm=algorithm,
        selector=selector,
        private_key=private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        public_key=base64.b64encode(public_key).decode(),
    )


def _rsa() -> tuple[rsa.RSAPrivateKey, bytes]:
    """The public half as SubjectPublicKeyInfo in DER."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return key, key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _ed25519() -> tuple[ed25519.Ed25519PrivateKey, bytes]:
    """The public half as its 32 bytes (RFC 8463 4)."""
    key = ed25519.Ed25519PrivateKey.generate()
    return key, key.public_key().public_bytes_raw()


_GENERATED: dict[
    Algorithm, Callable[[], tuple[rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, bytes]]
] = {Algorithm.RSA: _rsa, Algorithm.ED25519: _ed25519}


def begin_to_sign(domain: SenderDomain, selectors: Collection[str]) -> None:
    """Keys whose records were seen sign from now on; what they replace loses its private half.

    In the caller's transaction.
    """
    now = clock.now()
    waiting = DkimKey.objects.select_for_update().filter(
        domain=domain, selector__in=selectors, signs_since=None, retired_at=None
    )
    for key in waiting:
        former = DkimKey.objects.filter(
            domain=domain, algorithm=key.algorithm, signs_since__isnull=False, retired_at=None
        )
        retired = list(former.values_list("selector", flat=True))
        former.update(retired_at=now, private_key=None)
        key.signs_since = now
        key.save(update_fields=["signs_since"])
        audit.record(
            "domain.key_in_use", actor=SYSTEM, on=domain, selector=key.selector, replaced=retired
        )
