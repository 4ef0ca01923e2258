"""What may be done with the tables of this app and of those below it."""

from datetime import timedelta

from django.db.models import Q

from accounts.models import (
    AccessToken,
    ApiKey,
    Countersignature,
    EmergencyAccess,
    Entitlement,
    FormAnswer,
    Invitation,
    Membership,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    SecuritySettings,
    Session,
    SignInFailures,
    SupportGrant,
    TotpDevice,
    UnreachedAddress,
    UsedAssertion,
)
from audit.models import (
    Anchor,
    Anchoring,
    Archive,
    ArchivePiece,
    AuditEvent,
    Checkpoint,
    Disposal,
    Leaf,
    PendingLeaf,
    SigningKey,
    Subtree,
    Tree,
)
from compliance.lifecycle import SIX_YEARS, Aging, DataClass, Erasure, Export, register
from compliance.models import (
    Agreement,
    Alert,
    DataReturn,
    DkimKey,
    Ending,
    LegalHold,
    Policy,
    RetentionRun,
    RetentionSettings,
    ReturnChunk,
    Review,
    ReviewPlan,
    SavedView,
    Sender,
    SenderCertificate,
    SenderDomain,
    Suppression,
    WithdrawnCertificate,
)
from compliance.retained import Retained
from tenancy import inventory
from tenancy.models import Job, SystemMail

_NINETY_DAYS = timedelta(days=90)

register(
    Job,
    data_class=DataClass.OPERATIONAL,
    retention=_NINETY_DAYS,
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="ended_at"),
)
register(
    AuditEvent,
    data_class=DataClass.EVIDENCE,
    retention=Retained.AUDIT,
    export=Export.TENANT,
    erasure=Erasure.KEPT,
    aging=Aging(since="recorded_at", called="events", by_two=True),
)
# The tree outlives its events: after a disposal the proofs of those that are left still hold.
for _proof in (
    PendingLeaf, Leaf, Subtree, Tree, Checkpoint, SigningKey, Anchor, Archive, ArchivePiece, Disposal,
):  # fmt: skip
    register(
        _proof,
        data_class=DataClass.EVIDENCE,
        retention=None,
        export=Export.NEVER,
        erasure=Erasure.KEPT,
        aging=Aging(by_two=_proof is ArchivePiece),
    )
register(
    Anchoring,
    data_class=DataClass.OPERATIONAL,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
register(
    Membership,
    data_class=DataClass.STAFF,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
for _mailed, _grows_old in (
    (SystemMail, Aging(since="created_at", only=~Q(status="queued"))),
    (UnreachedAddress, Aging(since="failed_at")),
    (Invitation, Aging(since="expires_at")),
):
    register(
        _mailed,
        data_class=DataClass.STAFF,
        retention=_NINETY_DAYS,
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
        aging=_grows_old,
    )
register(
    ApiKey,
    data_class=DataClass.STAFF,
    retention=None,
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
)
# Five minutes of use; what has ended goes with the client's next request, or the workspace's next form.
for _fleeting, _held, _since in (
    (AccessToken, DataClass.OPERATIONAL, "expires_at"),
    (UsedAssertion, DataClass.OPERATIONAL, "expires_at"),
    (FormAnswer, DataClass.PHI, "used_at"),
):
    register(
        _fleeting,
        data_class=_held,
        retention=timedelta(days=1),
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
        aging=Aging(since=_since),
    )
register(
    Entitlement,
    data_class=DataClass.EVIDENCE,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.KEPT,
)
for _decided, _ended in (
    (EmergencyAccess, "ends_at"),
    (SupportGrant, "ends_at"),
    (Countersignature, "decided_at"),
    (LegalHold, "released_at"),
    (RetentionRun, "ended_at"),
    (Alert, "answered_at"),
):
    register(
        _decided,
        data_class=DataClass.EVIDENCE,
        retention=SIX_YEARS,
        export=Export.TENANT,
        erasure=Erasure.KEPT,
        aging=Aging(since=_ended),
    )
# Rows of the platform's tenant: secrets stay as long as the account, sessions and failures a day.
for _secret in (Passkey, TotpDevice, RecoveryCode):
    register(
        _secret,
        data_class=DataClass.STAFF,
        retention=None,
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
    )
for _passing, _since in (
    (PasskeyChallenge, "expires_at"),
    (Session, "seen_at"),
    (SignInFailures, "failed_at"),
):
    register(
        _passing,
        data_class=DataClass.OPERATIONAL,
        retention=timedelta(days=1),
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
        aging=Aging(since=_since),
    )
register(
    Agreement,
    data_class=DataClass.EVIDENCE,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.KEPT,
)
for _decided_here in (SecuritySettings, Policy, RetentionSettings, ReviewPlan, SavedView, Sender):
    register(
        _decided_here,
        data_class=DataClass.OPERATIONAL,
        retention=None,
        export=Export.TENANT,
        erasure=Erasure.WITH_TENANT,
    )
register(
    Review,
    data_class=DataClass.EVIDENCE,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.KEPT,
)
# All three end with the workspace at the latest; what they say of its end is in the certificate.
for _of_the_end, _holds in (
    (Ending, DataClass.EVIDENCE),
    (DataReturn, DataClass.EVIDENCE),
    (ReturnChunk, DataClass.PHI),
):
    register(
        _of_the_end,
        data_class=_holds,
        retention=None,
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
    )
for _of_a_domain in (SenderDomain, DkimKey, SenderCertificate):
    register(
        _of_a_domain,
        data_class=DataClass.OPERATIONAL,
        retention=None,
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
    )
# An expired certificate is refused for that.
register(
    WithdrawnCertificate,
    data_class=DataClass.OPERATIONAL,
    retention=timedelta(days=1),
    export=Export.NEVER,
    erasure=Erasure.KEPT,
    aging=Aging(since="expires_at"),
)
# Outlives the person: without it a re-imported address would be mailed again.
register(
    Suppression,
    data_class=DataClass.PHI,
    retention=None,
    export=Export.PERSON,
    erasure=Erasure.KEPT,
)

# How columns are protected whose fields do not tell; escrow and the like say it in their own app.
_OF_RANDOM = "SHA-256 of 256 random bits"
for _table, _column, _kind, _algorithm, _key in (
    ("accounts_user", "password", "hashed", "Argon2id", "none"),
    ("accounts_apikey", "secret_hash", "hashed", _OF_RANDOM, "none"),
    ("accounts_apikey", "old_secret_hash", "hashed", _OF_RANDOM, "none"),
    ("accounts_passkeychallenge", "challenge_hash", "hashed", _OF_RANDOM, "none"),
    ("accounts_accesstoken", "token_hash", "hashed", _OF_RANDOM, "none"),
    ("accounts_usedassertion", "jti_hash", "hashed", "SHA-256", "none"),
    ("accounts_invitation", "token_hash", "hashed", _OF_RANDOM, "none"),
    ("accounts_session", "key_hash", "hashed", _OF_RANDOM, "none"),
    ("accounts_recoverycode", "code_hash", "hashed", "HMAC-SHA-256", "platform, derived"),
    ("tenancy_wrappedkey", "wrapped", "wrapped", "AES-256-GCM by the KMS", "root key"),
    ("audit_auditevent", "leaf", "proof", "canonical bytes, details by commitment", "none"),
    ("audit_pendingleaf", "leaf_hash", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_leaf", "hash", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_subtree", "hash", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_tree", "frontier", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_tree", "root", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_archive", "before", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_archive", "after", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_archive", "root", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_checkpoint", "root", "proof", "SHA-256 (RFC 6962), signed with Ed25519", "none"),
    ("audit_checkpoint", "public_key", "public", "Ed25519", "none"),
    ("compliance_review", "root", "proof", "SHA-256 (RFC 6962)", "none"),
    ("audit_signingkey", "public_key", "public", "Ed25519", "none"),
):
    inventory.declare(_table, _column, kind=_kind, algorithm=_algorithm, key=_key)
