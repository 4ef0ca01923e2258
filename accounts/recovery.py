"""Recovery codes: ten, each good once, stored as a keyed hash."""

import hmac
import secrets
from uuid import UUID

from tenancy.keyring import current_keys

COUNT = 10
# No letters or digits that look alike on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS = 3
GROUP_LENGTH = 5


def new_codes() -> list[str]:
    """Ten codes of 74 bits each, like `k7f2x-9rqmb-c4w8t`."""
    return [_new_code() for _ in range(COUNT)]


def hash_of(user_id: UUID, code: str) -> bytes:
    """Keyed by the platform and bound to the person, so that a stolen table cannot be searched."""
    key = current_keys().derive("recovery-codes")
    letters = "".join(character for character in code.lower() if character.isalnum())
    return hmac.digest(key, user_id.bytes + letters.encode(), "sha256")


def _new_code() -> str:
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
    )
