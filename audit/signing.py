"""The platform's keys for checkpoints: Ed25519, sealed under the platform's key, replaced without a break.

A checkpoint keeps the public key that signed it, so old ones stay checkable after a rotation.
"""

import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.models import SigningKey

SEED_BYTES = 32


def current() -> Ed25519PrivateKey:
    """The newest key; the first one is made when it is first needed. For the platform's scope."""
    newest = _newest() or rotate()
    return Ed25519PrivateKey.from_private_bytes(newest.seed)


def rotate() -> SigningKey:
    """From now on a new key signs. For the platform's scope."""
    newest = _newest()
    return _make(newest.number + 1 if newest else 1)


def _newest() -> SigningKey | None:
    return SigningKey.objects.order_by("-number").first()


def _make(number: int) -> SigningKey:
    """Two processes that make the same number end with the same key."""
    seed = os.urandom(SEED_BYTES)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    SigningKey.objects.bulk_create(
        [SigningKey(number=number, public_key=public, seed=seed)], ignore_conflicts=True
    )
    return SigningKey.objects.get(number=number)
