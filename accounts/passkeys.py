"""Passkeys (WebAuthn Level 3): what is asked of a browser, and whether its answer holds. No tables here.

The person always proves to their device who they are (user verification), so that a passkey is two
factors in one: something they have, and a finger, face or PIN.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import webauthn
from django.conf import settings
from webauthn.helpers import bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenancy.errors import DomainError

NAME_OF_SERVICE = "Sealpost"
STAFF = "staff"
# Larger answers come from no authenticator (attestation is not asked for).
LONGEST_ANSWER = 16_384
REFUSED = "This passkey was not accepted. Try again, or use another way to sign in."


class PasskeyRefused(DomainError):
    """The answer is not from this passkey, this site or this moment."""


@dataclass(frozen=True)
class NewPasskey:
    credential_id: bytes
    public_key: bytes
    sign_count: int
    may_be_backed_up: bool
    is_backed_up: bool


@dataclass(frozen=True)
class Use:
    """What an accepted answer says about the passkey now."""

    sign_count: int
    is_backed_up: bool


class Credential(Protocol):
    """A passkey as it is kept: of staff here, of patients in the portal."""

    @property
    def credential_id(self) -> bytes: ...
    @property
    def public_key(self) -> bytes: ...
    @property
    def sign_count(self) -> int: ...


@dataclass(frozen=True)
class Holder:
    """Whom a new passkey is for, and what their device calls it."""

    id: bytes
    name: str
    display_name: str


def rp_id(site: str = STAFF) -> str:
    """Browsers bind a passkey to this name: no other site can ask for it."""
    return settings.HOSTS[site]


def registration_options(
    holder: Holder, challenge: bytes, existing: Sequence[Credential], *, site: str = STAFF
) -> str:
    options = webauthn.generate_registration_options(
        rp_id=rp_id(site),
        rp_name=NAME_OF_SERVICE if site == STAFF else holder.name,
        user_id=holder.id,
        user_name=holder.name,
        user_display_name=holder.display_name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(existing),
    )
    return options_to_json(options)


def authentication_options(
    challenge: bytes, allowed: Sequence[Credential], *, site: str = STAFF
) -> str:
    """Without `allowed`, whatever passkey for this site the person chooses."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id(site),
        challenge=challenge,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def verify_registration(answer: str, challenge: bytes, *, site: str = STAFF) -> NewPasskey:
    """The passkey that a browser made. Raises PasskeyRefused."""
    try:
        found = webauthn.verify_registration_response(
            credential=_checked(answer),
            expected_challenge=challenge,
            expected_rp_id=rp_id(site),
            expected_origin=settings.ORIGINS[site],
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused("This passkey could not be set up. Try again.") from error
    return NewPasskey(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        may_be_backed_up=found.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        is_backed_up=found.credential_backed_up,
    )


def verify_use(answer: str, challenge: bytes, passkey: Credential, *, site: str = STAFF) -> Use:
    """Raises PasskeyRefused, also if the counter says that a copy of the key was used since."""
    try:
        found = webauthn.verify_authentication_response(
            credential=_checked(answer),
            expected_challenge=challenge,
            expected_rp_id=rp_id(site),
            expected_origin=settings.ORIGINS[site],
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused(REFUSED) from error
    return Use(found.new_sign_count, found.credential_backed_up)


def credential_id_in(answer: str) -> bytes:
    """Which passkey says that it answers. Raises PasskeyRefused."""
    try:
        parsed = webauthn.helpers.parse_authentication_credential_json(_checked(answer))
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused(REFUSED) from error
    return parsed.raw_id


def transports_in(answer: str) -> list[str]:
    """How the browser reached the passkey; said again to it at each use. For a verified answer."""
    said = json.loads(answer)["response"].get("transports", [])
    return [name for name in said if isinstance(name, str)][:6]


def _checked(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("an answer of this length comes from no authenticator")
    return answer


def _descriptors(passkeys: Sequence[Credential]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=bytes(it.credential_id)) for it in passkeys]


def as_text(challenge: bytes) -> str:
    return bytes_to_base64url(challenge)
