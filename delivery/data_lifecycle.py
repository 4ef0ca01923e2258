"""How long messages and their stories stay, and how they go."""

from datetime import timedelta

from compliance.lifecycle import SIX_YEARS, DataClass, Erasure, Export, register
from delivery.models import (
    Dispatch,
    DomainPosture,
    EscrowCode,
    EscrowEvent,
    EscrowItem,
    EscrowVisit,
    Message,
    MessageEvent,
    SingleSend,
)
from tenancy import inventory

register(
    Message,
    data_class=DataClass.PHI,
    retention=SIX_YEARS,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
)
register(
    MessageEvent,
    data_class=DataClass.PHI,
    retention=SIX_YEARS,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
)
register(
    EscrowItem,
    data_class=DataClass.PHI,
    retention=SIX_YEARS,
    export=Export.TENANT,  # its text is in the message's own record; what is here opens to nobody
    erasure=Erasure.WITH_PERSON,
)
register(
    EscrowEvent,
    data_class=DataClass.PHI,
    retention=SIX_YEARS,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
)
for of_a_visit in (EscrowVisit, EscrowCode):
    register(
        of_a_visit,
        data_class=DataClass.OPERATIONAL,
        retention=timedelta(days=30),
        export=Export.NEVER,
        erasure=Erasure.WITH_PERSON,
    )
register(
    SingleSend,
    data_class=DataClass.OPERATIONAL,
    retention=SIX_YEARS,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
register(
    Dispatch,
    data_class=DataClass.OPERATIONAL,
    retention=SIX_YEARS,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
register(
    DomainPosture,
    data_class=DataClass.OPERATIONAL,
    retention=timedelta(days=30),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
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
inventory.declare(
    "delivery_escrowvisit", "cookie_digest", kind="hashed", algorithm="SHA-256 of 256 random bits"
)
inventory.declare(
    "delivery_escrowcode", "digest", kind="hashed", algorithm="HMAC-SHA-256", key="tenant, derived"
)
