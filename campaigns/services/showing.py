"""Showing a message with a person's real values to whoever writes it."""

from django.db import transaction

from audit import services as audit
from audit.services import Actor, Touched
from campaigns.models import Campaign, Template
from contacts.models import Contact
from contacts.services import looks


@transaction.atomic
def show(source: Campaign | Template, contact: Contact, *, reason: str, actor: Actor) -> None:
    """Note who looks at the message as this person, and why. Raises TooManyLooks."""
    looks.look_once(contact, actor=actor)
    audit.record_reading(
        "contacts.previewed",
        actor=actor,
        on=source,
        touched=Touched(classes=("message",), rows=1, purpose=source.purpose),
        contact=str(contact.pk),
        reason=reason,
    )
