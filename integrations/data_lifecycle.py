"""How long answers of the API are remembered."""

from datetime import timedelta

from compliance.lifecycle import Aging, DataClass, Erasure, Export, register
from integrations.models import IdempotentRequest, LetterDefaults

register(
    IdempotentRequest,
    data_class=DataClass.PHI,
    retention=timedelta(days=1),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="started_at"),
)
register(
    LetterDefaults,
    data_class=DataClass.OPERATIONAL,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
