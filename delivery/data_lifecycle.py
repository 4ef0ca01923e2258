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
    PortalPasskey,
    PortalPassphrase,
    Reaction,
    RecipientDomain,
    Reply,
    ReplyFile,
    SingleSend,
    StsPolicy,
    TlsReport,
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
register(
    MessageEvent,
    data_class=DataClass.PHI,
    retention=Retained.MESSAGES,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(goes_with="message"),
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
register(
    EscrowEvent,
    data_class=DataClass.PHI,
    retention=Retained.PORTAL,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(goes_with="item"),
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
):
    register(
        of_a_visit,
        data_class=DataClass.OPERATIONAL,
        retention=timedelta(days=30),
        export=Export.NEVER,
        erasure=Erasure.WITH_PERSON,
        aging=aging,
    )
register(
    PortalPasskey,
    data_class=DataClass.OPERATIONAL,
    retention=None,
    export=Export.NEVER,
    erasure=Erasure.WITH_PERSON,
)
register(
    PortalPassphrase,
    data_class=DataClass.OPERATIONAL,
    retention=None,  # part of the keys of messages that wait
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
for _written, _aging in (
    (Letter, Aging(goes_with="send")),
    (LetterFile, Aging(goes_with="letter")),
):
    register(
        _written,
        data_class=DataClass.PHI,
        retention=Retained.MESSAGES,
        export=Export.PERSON,
        erasure=Erasure.WITH_PERSON,
        aging=_aging,
    )
register(
    Dispatch,
    data_class=DataClass.OPERATIONAL,
    retention=Retained.CONTENT,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(goes_with="campaign"),
)
register(
    LinkTable,
    data_class=DataClass.OPERATIONAL,
    retention=Retained.CONTENT,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(goes_with="campaign"),
)
register(
    Reaction,
    data_class=DataClass.PHI,
    retention=Retained.ACTIVITY,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(since="occurred_at", called="openings and clicks"),
)
for _learned in (DomainPosture, HostObservation):
    register(
        _learned,
        data_class=DataClass.OPERATIONAL,
        retention=timedelta(days=30),
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
        aging=Aging(since="seen_at"),
    )
register(
    DomainDay,
    data_class=DataClass.OPERATIONAL,
    retention=timedelta(days=35),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="day"),
)
register(
    RecipientDomain,
    data_class=DataClass.OPERATIONAL,
    retention=Retained.MESSAGES,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="seen_at"),
)
register(
    StsPolicy,
    data_class=DataClass.OPERATIONAL,
    retention=timedelta(days=1),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="expires_at"),
)
register(
    TlsReport,
    data_class=DataClass.OPERATIONAL,
    retention=timedelta(days=90),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="ends_at"),
)
for _warming in (WarmUpPlan, WarmUp):
    register(
        _warming,
        data_class=DataClass.OPERATIONAL,
        retention=None,  # one row for each name and operator: what they know of us outlasts any mail
        export=Export.NEVER,
        erasure=Erasure.WITH_TENANT,
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
register(
    FollowUp,
    data_class=DataClass.PHI,
    retention=Retained.MESSAGES,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(goes_with="message"),
)
register(
    Reply,
    data_class=DataClass.PHI,
    retention=Retained.MESSAGES,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(since="received_at", called="replies"),
)
register(
    ReplyFile,
    data_class=DataClass.PHI,
    retention=Retained.MESSAGES,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(goes_with="reply"),
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
