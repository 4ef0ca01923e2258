"""Passkeys of people: asked for, set up, used, removed."""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction

from accounts import passkeys
from accounts.models import Passkey, PasskeyChallenge, User
from accounts.passkeys import REFUSED, Holder, PasskeyRefused
from accounts.services import sign_in
from audit import services as audit
from tenancy import clock
from tenancy.keyring import current_keys

Purpose = PasskeyChallenge.Purpose
# WebAuthn 13.4.3: at least 16 bytes.
CHALLENGE_BYTES = 32
CHALLENGE_LASTS = timedelta(minutes=5)


def ask(purpose: Purpose, user: User | None) -> tuple[bytes, str]:
    """A question for one browser: the challenge to keep in its session, and what its script gets."""
    now = clock.now()
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    PasskeyChallenge.objects.filter(expires_at__lt=now).delete()
    PasskeyChallenge.objects.create(
        challenge_hash=_hash(challenge),
        purpose=purpose,
        user=user,
        expires_at=now + CHALLENGE_LASTS,
    )
    known = list(Passkey.objects.filter(user=user)) if user else []
    if user is not None and purpose == Purpose.REGISTER:
        return challenge, passkeys.registration_options(_holder(user), challenge, known)
    return challenge, passkeys.authentication_options(challenge, known)


def set_up(user: User, answer: str, challenge: bytes, *, name: str) -> Passkey:
    """Keep the passkey that the person's browser made. Raises PasskeyRefused."""
    _use_up(challenge, Purpose.REGISTER, user)
    new = passkeys.verify_registration(answer, challenge)
    passkey = Passkey(
        user=user,
        name=name,
        credential=_index(new.credential_id),
        credential_id=new.credential_id,
        public_key=new.public_key,
        transports=passkeys.transports_in(answer),
        sign_count=new.sign_count,
        may_be_backed_up=new.may_be_backed_up,
        is_backed_up=new.is_backed_up,
    )
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
            audit.record("passkey.set_up", actor=sign_in.actor_for(user), on=user)
    except IntegrityError:
        raise PasskeyRefused("This passkey is set up already.") from None
    return passkey


def check(user: User | None, answer: str, challenge: bytes, purpose: Purpose) -> User:
    """Whose passkey answered; `user`, if it is known who should. Raises PasskeyRefused.

    The challenge is used up whatever the answer, so that nobody tries twice on one.
    """
    _use_up(challenge, purpose, user)
    with transaction.atomic():
        index = _index(passkeys.credential_id_in(answer))
        rows = Passkey.objects.select_for_update(of=["self"]).select_related("user")
        passkey = rows.filter(credential=index).first()
        if passkey is None or (user is not None and passkey.user_id != user.id):
            raise PasskeyRefused(REFUSED)
        use = passkeys.verify_use(answer, challenge, passkey)
        passkey.sign_count, passkey.is_backed_up = use.sign_count, use.is_backed_up
        passkey.last_used_at = clock.now()
        passkey.save(update_fields=["sign_count", "is_backed_up", "last_used_at"])
    return passkey.user


def _holder(user: User) -> Holder:
    return Holder(user.id.bytes, user.email, user.name)


def _use_up(challenge: bytes, purpose: Purpose, user: User | None) -> None:
    """In a transaction of its own if there is none: one of two answers to a question is too late."""
    used, _ = PasskeyChallenge.objects.filter(
        challenge_hash=_hash(challenge), purpose=purpose, user=user, expires_at__gt=clock.now()
    ).delete()
    if not used:
        raise PasskeyRefused("This took too long, or was answered already. Try again.")


def _hash(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()


def _index(credential_id: bytes) -> bytes:
    return current_keys().blind_index("passkey", credential_id.hex())
