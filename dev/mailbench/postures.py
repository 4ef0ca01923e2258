"""Every domain of the bench: where its mail server listens, what it proves, and what it does wrong."""

from dataclasses import dataclass
from enum import StrEnum

NETWORK = "127.77.0"
RESOLVER = "127.0.0.1"
NAME_SERVER = f"{NETWORK}.53"
MAILBOXES = f"{NETWORK}.60"
SPAM_FILTER = f"{NETWORK}.70"
RELAY = f"{NETWORK}.80"
POLICIES = f"{NETWORK}.5"
POLICIES_OF_A_STRANGER = f"{NETWORK}.6"
NOBODY = f"{NETWORK}.99"
EXIM = f"{NETWORK}.30"
EXIM_DOMAIN = "exim.example"
# Served by whoever runs in the bench beside its own servers: faults, and what comes back.
FAULTS = f"{NETWORK}.90"
RETURNS = f"{NETWORK}.200"


class Certificate(StrEnum):
    """What a server shows in its handshake."""

    VALID = "valid"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"  # of an authority that nobody trusts
    SELF_SIGNED = "self_signed"
    WRONG_NAME = "wrong_name"
    ANCHORED = "anchored"  # of an untrusted authority, whose own certificate comes with it
    ANCHORED_WRONG_NAME = "anchored_wrong_name"
    NONE = "none"
    BROKEN = "broken"  # announced, but it cannot be loaded: 454


@dataclass(frozen=True)
class Posture:
    """A domain with one mail server of its own.

    Domains of `test` are signed, those of `example` are not. `tlsa` is usage, selector, matching
    type and whether it is the right digest; `sts` is the mode and the MX that the policy names.
    """

    domain: str
    octet: int
    certificate: Certificate = Certificate.VALID
    options: tuple[str, ...] = ()
    tlsa: tuple[int, int, int, bool] | None = None
    sts: tuple[str, str] | None = None

    @property
    def address(self) -> str:
        return f"{NETWORK}.{self.octet}"

    @property
    def host(self) -> str:
        return self.domain if self.domain == WITHOUT_MX else f"mx.{self.domain}"


WITHOUT_MX = "nomx.example"
ONLY_TLS_1_0 = (
    "smtpd_tls_protocols=TLSv1",
    "smtpd_tls_ciphers=high",
    "tls_high_cipherlist=ALL:@SECLEVEL=0",
)
FEATURES = "pipelining,dsn,enhancedstatuscodes,chunking,8bitmime,size"

UNSIGNED = (
    Posture("valid.example", 11),
    Posture("none.example", 12, Certificate.NONE),
    Posture("expired.example", 13, Certificate.EXPIRED),
    Posture("untrusted.example", 14, Certificate.UNTRUSTED),
    Posture("selfsigned.example", 15, Certificate.SELF_SIGNED),
    Posture("wrongname.example", 16, Certificate.WRONG_NAME),
    Posture("tls10.example", 17, options=ONLY_TLS_1_0),
    Posture("refused.example", 18, Certificate.BROKEN),
    Posture("grey.example", 19, options=("smtpd_recipient_restrictions=$grey",)),
    Posture("reject.example", 20, options=("smtpd_recipient_restrictions=$reject",)),
    Posture("small.example", 21, options=("message_size_limit=2000",)),
    Posture("ascii.example", 22, options=("smtputf8_enable=no",)),
    Posture("bare.example", 23, options=(f"smtpd_discard_ehlo_keywords={FEATURES}",)),
    Posture(WITHOUT_MX, 24),
    Posture("sts.example", 25, sts=("enforce", "mx.sts.example")),
    Posture("ststest.example", 26, Certificate.UNTRUSTED, sts=("testing", "mx.ststest.example")),
    Posture("stsbad.example", 27, Certificate.UNTRUSTED, sts=("enforce", "mx.stsbad.example")),
    Posture("stsother.example", 28, sts=("enforce", "mx.elsewhere.example")),
    Posture("stscert.example", 29, sts=("enforce", "mx.stscert.example")),
)
SIGNED = (
    Posture("signed.test", 41),
    Posture("dane3.test", 42, Certificate.WRONG_NAME, tlsa=(3, 1, 1, True)),
    Posture("dane3full.test", 43, Certificate.UNTRUSTED, tlsa=(3, 0, 2, True)),
    Posture("dane2.test", 44, Certificate.ANCHORED, tlsa=(2, 1, 1, True)),
    Posture("dane2name.test", 45, Certificate.ANCHORED_WRONG_NAME, tlsa=(2, 1, 1, True)),
    Posture("danebad.test", 46, tlsa=(3, 1, 1, False)),
    Posture("daneexpired.test", 47, Certificate.EXPIRED, tlsa=(3, 1, 1, True)),
    Posture("danenotls.test", 48, Certificate.NONE, tlsa=(3, 1, 1, False)),
    Posture("daneunusable.test", 49, tlsa=(1, 1, 1, True)),
    Posture("danests.test", 50, tlsa=(3, 1, 1, False), sts=("enforce", "mx.danests.test")),
    Posture("tlsabogus.test", 51),
)
POSTURES = (*UNSIGNED, *SIGNED)
STRANGERS_POLICY = "stscert.example"
# Signed children whose parent vouches for another key than theirs.
BOGUS = ("danebogus.test", "_tcp.mx.tlsabogus.test")
