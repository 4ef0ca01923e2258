"""Asking for a file of people, letting it happen, taking it, and its end."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db import transaction

from accounts.countersign import Payload
from accounts.services import countersignatures
from audit import services as audit
from audit.services import SYSTEM, Actor, Touched
from compliance.queries import require_agreement
from contacts.export_profiles import MOST_ROWS, PROFILES, SECOND_PERSON_OVER, fields_for
from contacts.export_sources import source_named
from contacts.fields import PhiClass
from contacts.models import ContactExport, ExportChunk, Look
from contacts.queries.schema import schema
from contacts.queries.streaming import Person
from contacts.services import looks
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError

KIND = "contacts.export"
Status = ContactExport.Status
# Enough to see what the columns hold.
SAMPLE = 5
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class ExportRefused(DomainError):
    """The file is too large, for no purpose, or has moved on."""


@dataclass(frozen=True)
class Wish:
    """Whom a file is about, what for, and which of the fields that the purpose allows."""

    profile: str
    fields: Sequence[str]
    source: str
    source_id: UUID | None
    seen_classes: Sequence[str]


@dataclass(frozen=True)
class Preview:
    """How many people the file would hold, and the first of them; pages mask their values."""

    rows: int
    sample: list[Person]


@transaction.atomic
def preview(wish: Wish, *, actor: Actor) -> Preview:
    """What the file would hold, which is a look. Raises ExportRefused for more than it may."""
    found = _people(wish)
    looks.note(Look.Kind.SAMPLE, actor=actor)
    return found


def _people(wish: Wish) -> Preview:
    source = source_named(wish.source)
    if source is None or not source.is_there(wish.source_id):
        raise ExportRefused("Choose whom the file is about.")
    allowed = fields_for(wish.profile, schema(), seen_classes=wish.seen_classes)
    if not wish.fields or not set(wish.fields) <= {field.key for field in allowed}:
        raise ExportRefused("Choose fields that this purpose needs.")
    people = islice(source.people_of(wish.source_id), MOST_ROWS + 1)
    sample = list(islice(people, SAMPLE))
    found = len(sample) + sum(1 for _ in people)
    if found == 0:
        raise ExportRefused("There is nobody to export.")
    if found > MOST_ROWS:
        raise ExportRefused(
            f"A file holds {MOST_ROWS:,} people at most. Make a segment of those whom you need."
        )
    return Preview(found, sample)


@transaction.atomic
def ask(wish: Wish, *, rows: int, reason: str, actor: Actor) -> ContactExport:
    """Begin to write the file, or ask a second person for more than 500 people.

    Raises ExportRefused, NotAsked, or AgreementRequired before the BAA is in force.
    """
    require_agreement()
    if len(reason.strip()) < 4:
        raise ExportRefused("Write what the file is for, in a few words.")
    found = _people(wish).rows
    if found > rows:
        raise ExportRefused("More people match now than the preview showed. Look at it again.")
    needs_second = found > SECOND_PERSON_OVER
    export = ContactExport.objects.create(
        watermark=_drawn(12),
        profile=wish.profile,
        fields=list(wish.fields),
        source=wish.source,
        source_id=wish.source_id,
        reason=reason.strip(),
        most_rows=found,
        status=Status.ASKED if needs_second else Status.QUEUED,
        asked_by=actor.id,
        asked_by_name=actor.name,
    )
    looks.note(Look.Kind.EXPORT, actor=actor)
    audit.record("export.asked", actor=actor, on=export, **_said(export), rows=found)
    if needs_second:
        payload = {"export": str(export.pk), "rows": found, "profile": export.profile}
        countersignatures.ask(KIND, payload=payload, reason=reason, actor=actor, on=export)
    else:
        _queue(export)
    return export


def grant(payload: Payload, requested_by: Actor, decided_by: Actor) -> None:
    """What the second person lets happen. Raises ExportRefused."""
    export = _locked(UUID(payload["export"]), Status.ASKED)
    audit.record("export.allowed", actor=decided_by, on=export, asked_by=requested_by.id)
    _queue(export)


def drop(payload: Payload, closed_by: Actor) -> None:
    """What nobody allowed is not written."""
    export = ContactExport.objects.select_for_update().get(pk=UUID(payload["export"]))
    if export.status == Status.ASKED:
        end(export, Status.CANCELED, actor=closed_by)


def sentence(payload: Payload) -> str:
    what_for = PROFILES[payload["profile"]].title.lower()
    return f"Export {payload['rows']:,} people to a file for {what_for}"


@transaction.atomic
def cancel(export: ContactExport, *, actor: Actor) -> None:
    """Take the wish back, stop the writing, or delete the file unread. Raises ExportRefused."""
    if countersignatures.withdraw_on(export, actor=actor):
        return
    export = _locked(export.pk, Status.ASKED, Status.QUEUED, Status.READY)
    if export.job is not None and export.job.is_open:
        tenancy.cancel_job(export.job)
        if export.lease_expires_at is not None:
            return
        tenancy.end_job(export.job, status=export.job.Status.CANCELED)
    end(export, Status.CANCELED, actor=actor)


@transaction.atomic
def take(export: ContactExport, *, actor: Actor) -> bytes:
    """The file, once, for whoever asked for it. It is deleted with this. Raises ExportRefused."""
    export = _locked(export.pk, Status.READY)
    _refuse_others(export, actor, "export.downloaded")
    if not export.is_ready:
        raise ExportRefused("The file is deleted: nobody took it within 24 hours. Ask again.")
    chunks = ExportChunk.objects.filter(export=export).order_by("position")
    content = b"".join(chunk.content for chunk in chunks)
    chunks.delete()
    export.status, export.ended_at = Status.TAKEN, clock.now()
    export.save(update_fields=["status", "ended_at"])
    # 45 CFR 164.528: where the file goes decides whether it is a disclosure to account for.
    audit.record_reading(
        "export.downloaded", actor=actor, on=export, touched=touched(export), **_said(export),
        rows=export.rows, is_possible_disclosure=True,
    )  # fmt: skip
    return content


@transaction.atomic
def show_password(export: ContactExport, *, actor: Actor) -> str:
    """What opens the file, once, for whoever asked for it. Raises ExportRefused."""
    export = _locked(export.pk, Status.READY, Status.TAKEN)
    _refuse_others(export, actor, "export.password_shown")
    if export.password is None:
        raise ExportRefused("The password was shown. If it is lost, ask for a new file.")
    password = str(export.password)
    export.password = None
    export.save(update_fields=["password"])
    audit.record("export.password_shown", actor=actor, on=export)
    return password


def expire_due() -> int:
    """Delete files that nobody took. Returns how many."""
    due = ContactExport.objects.filter(status=Status.READY)
    late = [export.pk for export in due if not export.is_ready]
    for export_id in late:
        with transaction.atomic():
            end(_locked(export_id, Status.READY), Status.EXPIRED, actor=SYSTEM)
    return len(late)


def end(export: ContactExport, status: str, *, actor: Actor) -> None:
    """No file any more, and nothing that opens it. For the caller's transaction."""
    ExportChunk.objects.filter(export=export).delete()
    export.status, export.ended_at = status, clock.now()
    export.password, export.lease_expires_at = None, None
    export.save(update_fields=["status", "ended_at", "password", "lease_expires_at"])
    audit.record(f"export.{status}", actor=actor, on=export, watermark=export.watermark)


def touched(export: ContactExport) -> Touched:
    """Which data the file holds, for the events of reading."""
    everything = fields_for(export.profile, schema(), seen_classes=list(PhiClass.values))
    classes = {str(field.phi_class) for field in everything if field.key in export.fields}
    return Touched(classes=tuple(sorted(classes)), rows=export.rows, purpose=export.profile)


def new_password() -> str:
    """Twenty letters and digits, 100 bits: the way from password to key in a zip file is a short one."""
    return "-".join(_drawn(5) for _ in range(4))


def _queue(export: ContactExport) -> None:
    export.job = tenancy.start_job(
        kind="contacts.export", started_by=export.asked_by, total=export.most_rows
    )
    export.status = Status.QUEUED
    export.save(update_fields=["job", "status"])


def _locked(export_id: UUID, *allowed: str) -> ContactExport:
    export = (
        ContactExport.objects.select_for_update(of=("self",))
        .select_related("job")
        .get(pk=export_id)
    )
    if export.status not in allowed:
        raise ExportRefused(f"This file has moved on: {export.get_status_display().lower()}.")
    return export


def _refuse_others(export: ContactExport, actor: Actor, action: str) -> None:
    if export.asked_by != actor.id:
        audit.record_denial(action, actor=actor, on=export, reason="not the asker")
        raise ExportRefused("Only the person who asked for the file may have it.")


def _said(export: ContactExport) -> dict[str, object]:
    return {
        "purpose": export.profile,
        "fields": export.fields,
        "source": export.source,
        "source_id": str(export.source_id or ""),
        "watermark": export.watermark,
    }


def _drawn(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))
