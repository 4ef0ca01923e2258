"""Renderings for preview: whose eyes, which content, and the address that leads to one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.core import signing
from django.db import models

from campaigns import sampling
from campaigns.compilation import Rendered
from campaigns.models import Campaign, Template
from campaigns.queries import writing
from campaigns.rendering import values_of
from contacts import queries as contacts
from contacts.queries import Person
from segments import queries as segments
from segments.parsing import RuleInvalid
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

# A link that is copied somewhere is worth nothing soon after.
LINK_LASTS = 600
SALT = "campaigns.preview"
SAMPLE = 25
NOWHERE = "https://example.com/"
SAMPLE_LINKS = {"unsubscribe_url": NOWHERE, "preferences_url": NOWHERE, "portal_url": NOWHERE}


class View(models.TextChoices):
    HTML = "html", "Message"
    TEXT = "text", "Text"


class Pointer(NamedTuple):
    """One rendering, by ids only. `contact_id` None: nobody in particular."""

    tenant_id: UUID
    kind: str
    row_id: UUID
    contact_id: UUID | None
    view: View
    is_shown: bool

    def url(self) -> str:
        """Its address on the preview host, good for ten minutes."""
        token = signing.dumps(
            [str(part) if isinstance(part, UUID) else part for part in self], salt=SALT
        )
        return url_on("preview", f"/{token}/")


def read_pointer(token: str) -> Pointer:
    """Raises signing.BadSignature for what was never ours, was altered, or is too old."""
    tenant, kind, row, contact, view, is_shown = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    contact_id = UUID(contact) if contact else None
    return Pointer(UUID(tenant), kind, UUID(row), contact_id, View(view), is_shown)


@dataclass(frozen=True, slots=True)
class Sample:
    """People to look at a message with, and the one that is looked at."""

    people: list[Person]
    place: int

    @property
    def person(self) -> Person | None:
        return self.people[self.place] if self.people else None

    @property
    def previous(self) -> int | None:
        return self.place - 1 if self.place > 0 else None

    @property
    def next(self) -> int | None:
        return self.place + 1 if self.place + 1 < len(self.people) else None


def sample(source: Campaign | Template, place: int) -> Sample:
    """The first people of the audience; anybody while there is none."""
    people = list(islice(_audience(source), SAMPLE))
    return Sample(people, min(max(place, 0), max(len(people) - 1, 0)))


def _audience(source: Campaign | Template) -> Iterator[Person]:
    segment = source.segment if isinstance(source, Campaign) else None
    if segment is None:
        return contacts.people()
    try:
        return segments.matching(segments.rule_of(segment))
    except RuleInvalid:
        return contacts.people()


def point_to(
    source: Campaign | Template, person: Person | None, view: View, *, is_shown: bool
) -> Pointer:
    kind = "campaign" if isinstance(source, Campaign) else "template"
    contact_id = person.contact_id if person else None
    return Pointer(current_tenant_id(), kind, source.pk, contact_id, view, is_shown)


def rendered(pointer: Pointer) -> Rendered:
    """The rendering that a link points to. Raises ContentRefused, and DoesNotExist."""
    source: Campaign | Template
    if pointer.kind == "campaign":
        source = Campaign.objects.get(pk=pointer.row_id)
    else:
        source = Template.objects.get(pk=pointer.row_id)
    compiled = writing.compiled_for_preview(source.content)
    if not pointer.is_shown:
        compiled = sampling.masked(compiled, writing.schema())
    values: dict[str, object] = dict(SAMPLE_LINKS)
    if pointer.contact_id is not None:
        for person in contacts.people([pointer.contact_id]):
            values |= values_of(person.identity, person.attributes)
    return compiled.render(values, token="")
