"""How long messages and their stories stay, and how they go."""

from datetime import timedelta

from django.db.models import Q

from compliance.lifecycle import Aging, DataClass, Erasure, Export, Reference, register
from compliance.retained import Retained
from delivery.models import (
    Dispatch,
    DomainDay,
    DomainPosture,
    EscrowChunk,
    EscrowCode,
    EscrowEvent,
    EscrowFile,
    EscrowItem,
    EscrowVisit,
    FollowUp,
    HostObservation,
    InboundMail,
    Letter,
    LetterFile,
    LinkTable,
    Message,
    MessageEvent,
    MustArrive,
    PortalPasskey,
    PortalPassphrase,
    PortalText,
    Reaction,
    RecipientDomain,
    Reply,
    ReplyFile,
    SentTlsReport,
    ServerPin,
    ServerSet,
    SingleSend,
    StsPolicy,
    TlsReport,
    TlsReporting,
    WarmUp,
    WarmUpPlan,
)
from tenancy import inventory

register(
    Message,
    data_class=DataClass.PHI,
    retention=Retained.MESSAGES,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(
        since="settled_at",
        called="messages",
        refers=(
            Reference("cause_id", "campaigns.Campaign", when=Q(cause="campaign"), keeps=True),
            Reference("cause_id", "delivery.SingleSend", when=Q(cause="api"), keeps=True),
            Reference("cause_id", "delivery.EscrowItem", when=Q(cause="notice")),
        ),
    ),
)
# What is known of a person, and theirs to have.
for _told, _kept, _aging in (
    (MessageEvent, Retained.MESSAGES, Aging(goes_with="message")),
    (FollowUp, Retained.MESSAGES, Aging(goes_with="message")),
    (MustArrive, Retained.MESSAGES, Aging(goes_with="message")),
    (Letter, Retained.MESSAGES, Aging(goes_with="send")),
    (LetterFile, Retained.MESSAGES, Aging(goes_with="letter")),
    (Reply, Retained.MESSAGES, Aging(since="received_at", called="replies")),
    (ReplyFile, Retained.MESSAGES, Aging(goes_with="reply")),
    (EscrowEvent, Retained.PORTAL, Aging(goes_with="item")),
    (Reaction, Retained.ACTIVITY, Aging(since="occurred_at", called="openings and clicks")),
):
    register(
        _told,
        data_class=DataClass.PHI,
        retention=_kept,
        export=Export.PERSON,
        erasure=Erasure.WITH_PERSON,
        aging=_aging,
    )
register(
    EscrowItem,
    data_class=DataClass.PHI,
    retention=Retained.PORTAL,
    export=Export.TENANT,  # its text is in the message's own record; what is here opens to nobody
    erasure=Erasure.WITH_PERSON,
    aging=Aging(
        since="expires_at",
        only=~Q(status__in=EscrowItem.OPENABLE),
        called="portal messages",
    ),
)
for _of_a_file, _goes_with in ((EscrowFile, "item"), (EscrowChunk, "file")):
    register(
        _of_a_file,
        data_class=DataClass.PHI,
        retention=Retained.PORTAL,
        export=Export.NEVER,  # opens to nobody here; a letter's own record has its files
        erasure=Erasure.WITH_PERSON,
        aging=Aging(goes_with=_goes_with),
    )
for of_a_visit, aging in (
    (EscrowVisit, Aging(since="seen_at")),
    (EscrowCode, Aging(goes_with="visit")),
    (PortalText, Aging(goes_with="code")),
):
    register(
        of_a_visit,
        data_class=DataClass.OPERATIONAL,
        retention=timedelta(days=30),
        export=Export.NEVER,
        erasure=Erasure.WITH_PERSON,
        aging=aging,
    )
# A passphrase is a part of the keys of messages that wait.
for _opens_the_portal in (PortalPasskey, PortalPassphrase):
    register(
        _opens_the_portal,
        data_class=DataClass.OPERATIONAL,
        retention=None,
        export=Export.NEVER,
        erasure=Erasure.WITH_PERSON,
    )
register(
    SingleSend,
    data_class=DataClass.OPERATIONAL,
    retention=Retained.MESSAGES,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="created_at", called="single sends"),
)
for _of_a_campaign in (Dispatch, LinkTable):
    register(
        _of_a_campaign,
        data_class=DataClass.OPERATIONAL,
        retention=Retained.CONTENT,
        export=Export.TENANT,
        erasure=Erasure.WITH_TENANT,
        aging=Aging(goes_with="campaign"),
    )
# What is learned of mail servers; what they know of us outlasts any mail.
for _learned, _days, _ages in (
    (DomainPosture, 30, Aging(since="seen_at")),
    (HostObservation, 30, Aging(since="seen_at")),
    (DomainDay, 35, Aging(since="day")),
    (StsPolicy, 1, Aging(since="expires_at")),
    (ServerSet, 30, Aging(since="seen_at")),
    (TlsReport, 90, Aging(since="ends_at")),
    (SentTlsReport, 35, Aging(since="day")),
    (TlsReporting, None, Aging()),
    (WarmUpPlan, None, Aging()),
    (WarmUp, None, Aging()),
):
    register(
        _learned,
        data_class=DataClass.OPERATIONAL,
        retention=None if _days is None else timedelta(days=_days),
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
        aging=_ages,
    )
register(
    ServerPin,
    data_class=DataClass.OPERATIONAL,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
register(
    RecipientDomain,
    data_class=DataClass.OPERATIONAL,
    retention=Retained.MESSAGES,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="seen_at", called="names of recipient domains"),
)

# What it says is in the message's story and among the replies by then.
register(
    InboundMail,
    data_class=DataClass.PHI,
    retention=timedelta(days=30),
    export=Export.NEVER,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(since="read_at"),
)

for _column, _kind, _algorithm, _key in (
    ("wrapped_key", "wrapped", "AES-256-GCM", "link and server share"),
    ("subject", "sealed", "AES-256-GCM", "of the message alone"),
    ("html", "sealed", "AES-256-GCM", "of the message alone"),
    ("text", "sealed", "AES-256-GCM", "of the message alone"),
    ("proof_digest", "hashed", "SHA-256 of 256 derived bits", "none"),
    ("receipt_digest", "hashed", "SHA-256 of 256 derived bits", "none"),
):
    inventory.declare("delivery_escrowitem", _column, kind=_kind, algorithm=_algorithm, key=_key)
for _table, _column in (("delivery_escrowfile", "about"), ("delivery_escrowchunk", "sealed")):
    inventory.declare(
        _table, _column, kind="sealed", algorithm="AES-256-GCM", key="of the message alone"
    )
inventory.declare("delivery_escrowfile", "prefix", kind="public", algorithm="56 random bits")
inventory.declare("delivery_escrowvisit", "challenge", kind="public", algorithm="256 random bits")
inventory.declare("delivery_portalpassphrase", "salt", kind="public", algorithm="128 random bits")
inventory.declare(
    "delivery_escrowvisit", "cookie_digest", kind="hashed", algorithm="SHA-256 of 256 random bits"
)
inventory.declare(
    "delivery_escrowcode", "digest", kind="hashed", algorithm="HMAC-SHA-256", key="tenant, derived"
)
