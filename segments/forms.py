"""What an author has before them: the stored segment, or the fields of a posted form."""

from dataclasses import dataclass, replace

from django.http import QueryDict

from compliance.purposes import Purpose
from segments.drafts import ROOT, Draft, change, new_draft, read_draft
from segments.fields import Schema
from segments.models import Segment


@dataclass(frozen=True, slots=True)
class Editing:
    """A segment while it is edited. `version` is the one that the author started from."""

    segment: Segment | None
    name: str
    draft: Draft
    version: int
    purpose: Purpose = Purpose.TREATMENT

    def changed(self, order: str) -> "Editing":
        return replace(self, draft=change(self.draft, order))


def opened(segment: Segment) -> Editing:
    return Editing(segment, segment.name, segment.rule, segment.version)


def empty() -> Editing:
    return Editing(None, "", new_draft(), 1)


def posted(form: QueryDict, segment: Segment | None, schema: Schema) -> Editing:
    """The form as it was sent. A reader's page sends no rule; then it is about the stored one."""
    purpose = form.get("purpose", "")
    editing = Editing(
        segment,
        name=form.get("name", ""),
        draft=read_draft(form.lists(), schema),
        version=_number(form.get("version", "")),
        purpose=Purpose(purpose) if purpose in Purpose.values else Purpose.TREATMENT,
    )
    if f"{ROOT}.match" not in form and segment is not None:
        return replace(editing, draft=segment.rule)
    return editing


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
