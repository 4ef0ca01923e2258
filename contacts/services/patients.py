"""Patients in the audit trail: an id, and words in place of a name."""

from uuid import UUID

from audit.services import Actor


def patient(contact_id: UUID) -> Actor:
    return Actor(kind="patient", id=str(contact_id), name="The person")
