"""How long segments stay, and how they go."""

from compliance.lifecycle import DataClass, Erasure, Export, register
from segments.models import Segment

# A rule can name a condition, and being in a segment is PHI.
register(
    Segment,
    data_class=DataClass.PHI,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
