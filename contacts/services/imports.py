"""The steps of an import that people take: match the columns, say the basis, check, import, cancel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from audit.services import SYSTEM, Actor, Touched
from compliance.purposes import Purpose
from compliance.queries import require_agreement
from compliance.stopping import Stopped
from contacts.importing.dates import Order
from contacts.models import ImportChunk, ImportProblem, ImportRun, Look
from contacts.services import looks
from contacts.services.mapping import with_new_fields
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError

Status = ImportRun.Status

Step = Callable[..., ImportRun]


class ImportRefused(DomainError):
    """The import cannot take this step."""


@dataclass(frozen=True)
class Basis:
    """On what ground we may write to the people of a file, for purposes that need an agreement.

    Without purposes nothing is recorded. `column` holds the answer of each person, if not all agreed.
    """

    purposes: tuple[str, ...] = ()
    source: str = ""
    wording: str = ""
    kept: str = ""
    said_on: date | None = None
    column: int | None = None

    def as_record(self) -> dict[str, object]:
        return {
            "purposes": list(self.purposes),
            "source": self.source,
            "wording": self.wording,
            "kept": self.kept,
            "said_on": self.said_on.isoformat() if self.said_on else None,
            "column": self.column,
        }


@transaction.atomic
def match_columns(
    run: ImportRun, *, mapping: Sequence[str | None], order: Order, actor: Actor
) -> ImportRun:
    """Store what each column becomes: the key of a field, `new:date` for a new one, or nothing.

    Raises ImportRefused without a record number, or for a field twice.
    """
    run = _locked(run, ImportRun.MATCHABLE)
    keys = with_new_fields(mapping, run.header, actor=actor)
    chosen = [key for key in keys if key]
    twice = sorted({key for key in chosen if chosen.count(key) > 1})
    if "external_id" not in chosen:
        raise ImportRefused("Choose the column that holds the record number.")
    if twice:
        raise ImportRefused("Two columns cannot become the same field. Leave one of them out.")
    run.mapping, run.order, run.status = keys, order.value, Status.MATCHED
    run.save(update_fields=["mapping", "order", "status"])
    audit.record("import.matched", actor=actor, on=run, fields=sorted(chosen))
    return run


@transaction.atomic
def show_values(run: ImportRun, *, actor: Actor) -> ImportRun:
    """Let whoever uploaded the file see its first values while its columns are matched.

    It is one event a file, and one look each time that the five minutes begin anew. Raises
    ImportRefused for anybody else, to whom the file is somebody else's PHI.
    """
    run = _locked(run, ImportRun.MATCHABLE)
    if run.started_by_id != actor.id:
        raise ImportRefused(
            f"Only {run.started_by_name}, who uploaded the file, may see its values."
        )
    looks.note(Look.Kind.UPLOAD, actor=actor)
    if run.values_shown_at is None:
        touched = Touched(classes=("identity", "attributes"))
        audit.record_reading(
            "import.values_revealed", actor=actor, on=run, touched=touched, columns=len(run.header)
        )
    run.values_shown_at = clock.now()
    run.save(update_fields=["values_shown_at"])
    return run


@transaction.atomic
def note_problems_taken(run: ImportRun, *, actor: Actor) -> None:
    """Whoever downloads the rows that were left out sees what stands in them."""
    looks.note(Look.Kind.UPLOAD, actor=actor)
    touched = Touched(classes=("identity", "attributes"))
    audit.record_reading("import.problems_downloaded", actor=actor, on=run, touched=touched)


@transaction.atomic
def check(run: ImportRun, *, basis: Basis, actor: Actor) -> ImportRun:
    """Store the basis and begin the dry run.

    Raises ImportRefused when consent is claimed without source, wording and date.
    """
    require_agreement()
    run = _locked(run, (Status.MATCHED, Status.CHECKED))
    if basis.purposes:
        if not (basis.source.strip() and basis.wording.strip() and basis.said_on):
            raise ImportRefused("Say where, when and with which wording these people agreed.")
        if set(basis.purposes) - set(Purpose.values):
            raise ImportRefused("Choose what these people agreed to.")
        if basis.said_on > timezone.localdate(clock.now()):
            raise ImportRefused("People cannot have agreed on a day to come.")
    run.basis = basis.as_record()
    return _begin(run, Status.CHECKING, kind="import.check", actor=actor)


@transaction.atomic
def start(run: ImportRun, *, actor: Actor) -> ImportRun:
    """Begin to store the people. Raises ImportRefused before the dry run has ended."""
    require_agreement()
    run = _locked(run, (Status.CHECKED,))
    audit.record(
        "import.started",
        actor=actor,
        on=run,
        rows=run.counts.get("rows", 0),
        purposes=run.basis["purposes"],
    )
    return _begin(run, Status.IMPORTING, kind="import.run", actor=actor)


@transaction.atomic
def cancel(run: ImportRun, *, actor: Actor) -> ImportRun:
    """Stop the work after its current batch, or throw the file away; contacts stored so far stay."""
    run = _locked(run, (*ImportRun.MATCHABLE, *ImportRun.AT_WORK))
    audit.record("import.canceled", actor=actor, on=run, was=run.status)
    if run.is_at_work and run.job is not None and run.lease_expires_at is not None:
        tenancy.cancel_job(run.job)
        return run
    return end(run, Status.CANCELED)


def stop_imports() -> Stopped:
    """Of a frozen workspace: files that wait or are at work. Contacts stored so far stay."""
    stopped = 0
    for run in ImportRun.objects.filter(status__in=(*ImportRun.MATCHABLE, *ImportRun.AT_WORK)):
        with transaction.atomic():
            if run.job is None or run.job.cancel_requested_at is None:
                cancel(run, actor=SYSTEM)
                stopped += 1
    return Stopped(stopped, not ImportRun.objects.filter(status__in=ImportRun.AT_WORK).exists())


def end(run: ImportRun, status: str) -> ImportRun:
    """The run is over: its file goes, its counts and problems stay."""
    ImportChunk.objects.filter(run=run).delete()
    run.status, run.ended_at, run.lease_expires_at = status, clock.now(), None
    run.save(update_fields=["status", "ended_at", "lease_expires_at"])
    return run


def _begin(run: ImportRun, status: str, *, kind: str, actor: Actor) -> ImportRun:
    run.job = tenancy.start_job(
        kind=kind, started_by=actor.id, total=int(run.counts.get("rows", 0))
    )
    run.status, run.lease_expires_at, run.attempts = status, None, 0
    run.save(update_fields=["status", "basis", "job", "lease_expires_at", "attempts"])
    ImportProblem.objects.filter(run=run).delete()
    return run


def _locked(run: ImportRun, allowed: Sequence[str]) -> ImportRun:
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.status not in allowed:
        raise ImportRefused(f"This import has moved on: {locked.get_status_display().lower()}.")
    return locked
