"""The data-lifecycle registry: for every table, what it holds, how long, and how it goes.

Retention, export, erasure and breach scope act on rows of apps above this one; each app says in its
`data_lifecycle.py` what may be done with its tables. A table that says nothing fails a test.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Model


class DataClass(StrEnum):
    OPERATIONAL = "operational"  # the running of the service; nobody can be told from it
    STAFF = "staff"  # about people who work with the service
    PHI = "phi"  # about the people the mail is for
    EVIDENCE = "evidence"  # proves what was agreed, done or refused


class Export(StrEnum):
    NEVER = "never"  # keys, secrets, what is derived from other tables
    TENANT = "tenant"  # returned to the tenant when the agreement ends
    PERSON = "person"  # also in what a patient gets who asks for their data (45 CFR 164.524)


class Erasure(StrEnum):
    WITH_PERSON = "with_person"  # rows go when the person is erased
    WITH_TENANT = "with_tenant"  # rows go when the tenant's data is destroyed
    KEPT = "kept"  # stays as proof; identifiers in it are sealed under the tenant's key


# 45 CFR 164.316(b)(2)(i): six years for what documents compliance.
SIX_YEARS = timedelta(days=6 * 365 + 2)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    model: type[Model]
    data_class: DataClass
    retention: timedelta | None
    export: Export
    erasure: Erasure


_REGISTRY: dict[type[Model], Lifecycle] = {}


def register(
    model: type[Model],
    *,
    data_class: DataClass,
    retention: timedelta | None,
    export: Export,
    erasure: Erasure,
) -> None:
    """Say what may be done with the rows of `model`. `retention` None: as long as the tenant stays.

    Raises ValueError if the model was registered before, or if evidence would go too early.
    """
    if model in _REGISTRY:
        raise ValueError(f"{model.__name__} is registered twice")
    is_evidence = data_class is DataClass.EVIDENCE
    if is_evidence and retention is not None and retention < SIX_YEARS:
        raise ValueError(f"{model.__name__} is evidence: keep it for six years at least")
    _REGISTRY[model] = Lifecycle(model, data_class, retention, export, erasure)


def registered() -> dict[type[Model], Lifecycle]:
    return dict(_REGISTRY)
