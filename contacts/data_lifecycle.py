"""How long people's data stays, and how it goes."""

from datetime import timedelta

from compliance.lifecycle import SIX_YEARS, DataClass, Erasure, Export, register
from contacts.models import (
    Activity,
    Attribute,
    ConsentRecord,
    Contact,
    ContactExport,
    ExportChunk,
    ImportChunk,
    ImportProblem,
    ImportRun,
    Look,
)

_NINETY_DAYS = timedelta(days=90)

register(
    Contact,
    data_class=DataClass.PHI,
    retention=None,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
)
register(
    Activity,
    data_class=DataClass.PHI,
    retention=SIX_YEARS,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
)
# The proof of consent outlives the person's data (45 CFR 164.508(b)(6), 164.530(j)).
register(
    ConsentRecord,
    data_class=DataClass.EVIDENCE,
    retention=SIX_YEARS,
    export=Export.PERSON,
    erasure=Erasure.KEPT,
)
register(
    Attribute,
    data_class=DataClass.OPERATIONAL,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
register(
    ImportRun,
    data_class=DataClass.PHI,
    retention=SIX_YEARS,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
# The uploaded file goes when its import ends; this is the limit for one that never ended.
register(
    ImportChunk,
    data_class=DataClass.PHI,
    retention=timedelta(days=7),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
)
register(
    ImportProblem,
    data_class=DataClass.PHI,
    retention=_NINETY_DAYS,
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
)
# Budgets look back an hour, officers a month; that somebody looked stays in the audit log.
register(
    Look,
    data_class=DataClass.PHI,
    retention=_NINETY_DAYS,
    export=Export.NEVER,
    erasure=Erasure.WITH_PERSON,
)
# That there was a file, for whom and why, is evidence; the file itself goes when it is taken.
register(
    ContactExport,
    data_class=DataClass.EVIDENCE,
    retention=SIX_YEARS,
    export=Export.TENANT,
    erasure=Erasure.KEPT,
)
register(
    ExportChunk,
    data_class=DataClass.PHI,
    retention=timedelta(days=1),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
)
