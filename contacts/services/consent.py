"""What people agree to and withdraw: each step is a row of the ledger, and takes effect at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from audit import services as audit
from audit.services import Actor
from compliance.purposes import Purpose
from contacts.models import Activity, ConsentRecord, Contact
from contacts.models.consent import EVERYTHING
from contacts.services.activity import record_activity
from tenancy import clock
from tenancy.errors import DomainError

PAUSE = timedelta(days=30)
GRANTED, WITHDRAWN = ConsentRecord.State.GRANTED.value, ConsentRecord.State.WITHDRAWN.value


class ConsentRefused(DomainError):
    """What was said is no proof: something that the law asks for is missing."""


@dataclass(frozen=True)
class Evidence:
    """How we know. `wording` is the text that the person saw; `kept` says where the original is.

    `said_at` is when the person said it, if that was not just now; `last_day` ends an authorization.
    """

    source: str
    wording: str
    kept: str = ""
    language: str = "en"
    address: str = ""
    last_day: date | None = None
    said_at: datetime | None = None

    def as_record(self) -> dict[str, str]:
        record = {
            "source": self.source, "wording": self.wording, "kept": self.kept,
            "language": self.language, "address": self.address,
            "last_day": self.last_day.isoformat() if self.last_day else "",
        }  # fmt: skip
        return {name: value for name, value in record.items() if value}


@transaction.atomic
def record_consent(
    contact: Contact,
    *,
    purpose: str,
    kind: str,
    evidence: Evidence,
    actor: Actor,
) -> ConsentRecord:
    """Note that the person agreed to mail for `purpose`.

    Raises ConsentRefused without source and wording, for a day to come, and for an authorization
    that does not say where the signed paper is kept.
    """
    if purpose not in Purpose.values:
        raise ConsentRefused("Choose what the person agreed to.")
    if not evidence.source.strip() or not evidence.wording.strip():
        raise ConsentRefused("Say how the person agreed, and with which wording.")
    if evidence.said_at is not None and evidence.said_at > clock.now():
        raise ConsentRefused("A person cannot have agreed on a day to come.")
    is_signed = kind == ConsentRecord.Kind.AUTHORIZATION
    if is_signed and not evidence.kept.strip():
        raise ConsentRefused("Say where the signed authorization is kept.")
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    contact.consents[purpose] = GRANTED
    if is_signed:
        last_day = evidence.last_day.isoformat() if evidence.last_day else None
        contact.authorizations[purpose] = last_day
    contact.save(update_fields=["consents", "authorizations"])
    record = ledger_row(contact.pk, purpose, GRANTED, evidence, actor)
    record.kind = kind
    return keep(contact, record, actor)


@transaction.atomic
def withdraw(
    contact: Contact, *, purposes: Sequence[str], evidence: Evidence, actor: Actor
) -> list[ConsentRecord]:
    """Note that the person wants no mail for these purposes; mail still queued is stopped by the gate.

    Repeat-safe: a purpose that is withdrawn already gets no second row.
    """
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    withdrawn = [p for p in purposes if contact.consents.get(p) != WITHDRAWN]
    for purpose in withdrawn:
        contact.consents[purpose] = WITHDRAWN
        contact.authorizations.pop(purpose, None)
    contact.save(update_fields=["consents", "authorizations"])
    return [
        keep(contact, ledger_row(contact.pk, purpose, WITHDRAWN, evidence, actor), actor)
        for purpose in withdrawn
    ]


@transaction.atomic
def stop_everything(contact: Contact, *, evidence: Evidence, actor: Actor) -> None:
    """No mail of any kind from now on, until the person comes back. Repeat-safe."""
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    if contact.has_opted_out:
        return
    contact.has_opted_out, contact.paused_until = True, None
    contact.save(update_fields=["has_opted_out", "paused_until"])
    _record_everything(contact, WITHDRAWN, evidence, actor)


@transaction.atomic
def come_back(contact: Contact, *, evidence: Evidence, actor: Actor) -> None:
    """End a stop or a pause: what was agreed before holds again. Repeat-safe."""
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    if not (contact.has_opted_out or contact.is_paused):
        return
    had_stopped = contact.has_opted_out
    contact.has_opted_out, contact.paused_until = False, None
    contact.save(update_fields=["has_opted_out", "paused_until"])
    if had_stopped:
        _record_everything(contact, GRANTED, evidence, actor)
    else:
        record_activity(contact, kind=Activity.Kind.RESUMED, cause=actor.kind)
        audit.record("contact.resumed", actor=actor, on=contact)


@transaction.atomic
def pause(contact: Contact, *, actor: Actor) -> datetime:
    """No mail for thirty days; answers until when."""
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    contact.paused_until = clock.now() + PAUSE
    contact.save(update_fields=["paused_until"])
    record_activity(contact, kind=Activity.Kind.PAUSED, cause=actor.kind)
    audit.record("contact.paused", actor=actor, on=contact, days=PAUSE.days)
    return contact.paused_until


@transaction.atomic
def choose_route(contact: Contact, *, prefers_portal: bool, actor: Actor) -> None:
    """Whether everything goes to the secure portal, also when email would be safe."""
    Contact.objects.filter(pk=contact.pk).update(prefers_portal=prefers_portal)
    audit.record("contact.route_chosen", actor=actor, on=contact, prefers_portal=prefers_portal)


@transaction.atomic
def choose_counting(contact: Contact, *, refuses: bool, actor: Actor) -> None:
    """Whether nothing is noted of what the person opens and follows, in whichever mail."""
    Contact.objects.filter(pk=contact.pk).update(refuses_counting=refuses)
    audit.record("contact.counting_chosen", actor=actor, on=contact, refuses_counting=refuses)


@transaction.atomic
def grant_unasked(
    contact_ids: Sequence[UUID],
    *,
    purposes: Sequence[str],
    evidence: Evidence,
    actor: Actor,
) -> int:
    """Agreement of many people at once, from an import; answers how many had withdrawn.

    Only for purposes that a person never spoke about: an import overrides nobody's own choice.
    """
    rows: list[ConsentRecord] = []
    withdrawn = 0
    people = Contact.objects.filter(pk__in=contact_ids).order_by("pk").select_for_update()
    for contact_id, consents in people.values_list("id", "consents"):
        withdrawn += any(consents.get(p) == WITHDRAWN for p in purposes)
        unasked = [purpose for purpose in purposes if purpose not in consents]
        rows += [ledger_row(contact_id, purpose, GRANTED, evidence, actor) for purpose in unasked]
    ConsentRecord.objects.bulk_create(rows, batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact c SET consents = c.consents || g.consents "
            "FROM (SELECT contact_id, jsonb_object_agg(purpose, 'granted') AS consents "
            "FROM unnest(%s::uuid[], %s::text[]) AS r(contact_id, purpose) GROUP BY contact_id) g "
            "WHERE c.id = g.contact_id",
            [[row.contact_id for row in rows], [row.purpose for row in rows]],
        )
    return withdrawn


def _record_everything(contact: Contact, state: str, evidence: Evidence, actor: Actor) -> None:
    keep(contact, ledger_row(contact.pk, EVERYTHING, state, evidence, actor), actor)


def ledger_row(
    contact_id: UUID, purpose: str, state: str, evidence: Evidence, actor: Actor
) -> ConsentRecord:
    return ConsentRecord(
        contact_id=contact_id,
        purpose=purpose,
        state=state,
        kind=ConsentRecord.Kind.OPT_IN,
        evidence=evidence.as_record(),
        occurred_at=evidence.said_at or clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
    )


def keep(contact: Contact, record: ConsentRecord, actor: Actor) -> ConsentRecord:
    """The row, the line of the timeline and the audit event."""
    record.save(force_insert=True)
    is_granted = record.state == GRANTED
    record_activity(
        contact,
        kind=Activity.Kind.AGREED if is_granted else Activity.Kind.WITHDREW,
        cause=actor.kind,
        cause_id=record.id,
        detail={"purpose": record.purpose, "source": record.evidence["source"]},
    )
    audit.record(
        "consent.granted" if is_granted else "consent.withdrawn",
        actor=actor,
        on=contact,
        purpose=record.purpose,
        record=str(record.id),
    )
    return record
