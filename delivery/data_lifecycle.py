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
