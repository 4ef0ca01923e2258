"""How long people's data stays, and how it goes."""

from datetime import timedelta

from django.db.models import Q

from compliance.lifecycle import (
    SIX_YEARS,
    Aging,
    DataClass,
    Erasure,
    Export,
    Reference,
    Subject,
    register,
)
from compliance.retained import Retained
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
    PersonCertificate,
)

register(
    Contact,
    data_class=DataClass.PHI,
    retention=None,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(subject=Subject.CONTACT),
)
register(
    PersonCertificate,
    data_class=DataClass.PHI,
    retention=None,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(subject=Subject.CONTACT),
)
register(
    Activity,
    data_class=DataClass.PHI,
    retention=Retained.ACTIVITY,
    export=Export.PERSON,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(
        since="occurred_at",
        called="facts",
        refers=(Reference("cause_id", "campaigns.Campaign", when=Q(cause="campaign")),),
    ),
)
# The proof of consent outlives the person's data. Six years count from when it was last in effect
# (45 CFR 164.508(b)(6), 164.530(j)(2)), which for an agreement in force has not begun.
register(
    ConsentRecord,
    data_class=DataClass.EVIDENCE,
    retention=None,
    export=Export.PERSON,
    erasure=Erasure.KEPT,
    aging=Aging(refers=(Reference("contact_id", "contacts.Contact", when=Q()),)),
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
    aging=Aging(since="created_at", only=~Q(status__in=ImportRun.AT_WORK)),
)
# The uploaded file goes when its import ends; this is the limit for one that never ended.
register(
    ImportChunk,
    data_class=DataClass.PHI,
    retention=timedelta(days=7),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="run__created_at", only=~Q(run__status__in=ImportRun.AT_WORK)),
)
register(
    ImportProblem,
    data_class=DataClass.PHI,
    retention=Retained.IMPORTS,
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="run__created_at", called="left-out rows"),
)
# Budgets look back an hour, officers a month; that somebody looked stays in the audit log.
register(
    Look,
    data_class=DataClass.PHI,
    retention=timedelta(days=90),
    export=Export.NEVER,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(since="occurred_at"),
)
# That there was a file, for whom and why, is evidence; the file itself goes when it is taken.
register(
    ContactExport,
    data_class=DataClass.EVIDENCE,
    retention=Retained.EXPORTS,
    export=Export.TENANT,
    erasure=Erasure.KEPT,
    aging=Aging(since="ended_at", called="exports"),
)
register(
    ExportChunk,
    data_class=DataClass.PHI,
    retention=timedelta(days=1),
    export=Export.NEVER,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="export__created_at"),
)
