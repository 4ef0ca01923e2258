"""How long templates, campaigns and approvals stay, and how they go."""

from datetime import timedelta

from campaigns.models import Approval, Brand, Campaign, Template, TestSend
from compliance.lifecycle import Aging, DataClass, Erasure, Export, Subject, register
from compliance.retained import Retained

register(
    Brand,
    data_class=DataClass.OPERATIONAL,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
register(
    Template,
    data_class=DataClass.OPERATIONAL,
    retention=None,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
)
# What was written to people is part of what must be reconstructed (45 CFR 164.316(b)(2)(i)).
register(
    Campaign,
    data_class=DataClass.EVIDENCE,
    retention=Retained.CONTENT,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(since="ended_at", called="campaigns", subject=Subject.CAMPAIGN),
)
register(
    Approval,
    data_class=DataClass.EVIDENCE,
    retention=Retained.CONTENT,
    export=Export.TENANT,
    erasure=Erasure.WITH_TENANT,
    aging=Aging(goes_with="campaign"),
)
register(
    TestSend,
    data_class=DataClass.PHI,
    retention=timedelta(days=90),
    export=Export.NEVER,
    erasure=Erasure.WITH_PERSON,
    aging=Aging(since="created_at"),
)
