"""How long messages and their stories stay, and how they go."""

from compliance.lifecycle import SIX_YEARS, DataClass, Erasure, Export, register
from delivery.models import Message, MessageEvent

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
