"""Time-based one-time passwords (RFC 6238): six digits, 30 seconds, SHA-1, as every app does them."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

import qrcode
from django_otp.oath import hotp

STEP_SECONDS = 30
# RFC 6238 5.2: one step of delay either way for clocks and typing.
DRIFT = (0, -1, 1)
# RFC 4226 4: the secret should be 160 bits.
SEED_BYTES = 20
ISSUER = "Sealpost"


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def code_at(seed: bytes, step: int) -> str:
    return f"{hotp(seed, step):06d}"


def matching_step(seed: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The step whose code this is, or None. Steps up to `after` were used and never match again."""
    current = step_at(now)
    for drift in DRIFT:
        step = current + drift
        if step > after and hmac.compare_digest(code_at(seed, step), code):
            return step
    return None


def as_text(seed: bytes) -> str:
    """The seed for typing into an app: base32 in groups of four."""
    text = base64.b32encode(seed).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def provisioning_uri(seed: bytes, account: str) -> str:
    """What the QR code says (the Key URI format that authenticator apps read)."""
    query = urlencode({"secret": base64.b32encode(seed).decode(), "issuer": ISSUER, "digits": 6})
    return f"otpauth://totp/{quote(ISSUER)}:{quote(account)}?{query}"


def qr_path(text: str) -> tuple[str, int]:
    """The dark squares of a QR code as one SVG path, and the side of the whole in squares."""
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    squares = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(squares)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return path, len(squares)
