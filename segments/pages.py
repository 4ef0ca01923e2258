"""What the pages of segments show, as values for their templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from compliance.purposes import Purpose
from contacts import queries as contacts
from segments import builder
from segments.fields import Schema
from segments.forms import Editing
from segments.models import Segment
from segments.parsing import Problem, RuleInvalid, parse
from segments.rules import Group, membership_is_phi
from segments.sentences import phrases, sentence
from segments.services import SegmentChanged, SegmentNotNamed
from segments.surveys import Survey
from tenancy.errors import DomainError

Context = dict[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    segment: Segment
    words: str
    is_phi: bool


@dataclass(frozen=True, slots=True)
class Sampled:
    contact_id: UUID
    name: str


def list_rows(segments: Iterable[Segment], schema: Schema) -> list[Row]:
    """By name. A rule that the schema no longer fits says so instead of its words."""
    rows = [_row(segment, schema) for segment in segments]
    return sorted(rows, key=lambda row: row.segment.name.casefold())


def _row(segment: Segment, schema: Schema) -> Row:
    try:
        rule = parse(segment.rule, schema)
    except RuleInvalid as refusal:
        return Row(segment, f"This rule needs a change. {refusal}", is_phi=True)
    return Row(segment, sentence(rule), membership_is_phi(rule))


def editing_context(
    editing: Editing, schema: Schema, refusal: DomainError | None = None
) -> Context:
    """The page of a segment. `refusal` is why it could not be saved."""
    segment = editing.segment
    return {
        "segment": segment,
        "name": editing.name,
        "version": editing.version,
        "heading": segment.name if segment else "New segment",
        "purpose": editing.purpose,
        "purposes": Purpose.choices,
        "box": builder.build(editing.draft, schema, _problems(editing, schema, refusal)),
        "save_url": url("save", segment) if segment else reverse("segments:new"),
        "preview_url": url("preview", segment),
        "reach_url": url("reach", segment),
        **words_context(read(editing, schema)),
        **_refusal_context(refusal),
    }


def _problems(editing: Editing, schema: Schema, refusal: DomainError | None) -> tuple[Problem, ...]:
    """Why saving was refused; before anything is changed, what the stored rule needs."""
    if isinstance(refusal, RuleInvalid):
        return refusal.problems
    if editing.segment is None or editing.draft != editing.segment.rule:
        return ()
    try:
        parse(editing.draft, schema)
    except RuleInvalid as unreadable:
        return unreadable.problems
    return ()


def _refusal_context(refusal: DomainError | None) -> Context:
    """Each refusal where its cause is: at the name, in the rule, or above the form."""
    match refusal:
        case None:
            return {}
        case SegmentNotNamed():
            return {"name_problem": str(refusal)}
        case RuleInvalid():
            return {"page_problem": "Nothing is saved yet. Some rules need a change."}
    return {"page_problem": str(refusal), "is_conflict": isinstance(refusal, SegmentChanged)}


def url(action: str, segment: Segment | None) -> str:
    if segment is None:
        return reverse(f"segments:{action}_new")
    return reverse(f"segments:{action}", args=[segment.pk])


def read(editing: Editing, schema: Schema) -> Group | None:
    """The rule of the draft, once it is finished."""
    try:
        return parse(editing.draft, schema)
    except RuleInvalid:
        return None


def words_context(rule: Group | None) -> Context:
    if rule is None:
        return {"phrases": [], "is_phi": False}
    return {"phrases": phrases(rule), "is_phi": membership_is_phi(rule)}


def unfinished_context(editing: Editing, schema: Schema, *, may_see_people: bool) -> Context:
    """Why there is no number yet, in the words that saving would refuse the rule with."""
    try:
        parse(editing.draft, schema)
    except RuleInvalid as refusal:
        said = f" {refusal}"
    else:
        said = ""
    return {
        "problem": f"Finish the rule to see how many people match.{said}",
        "may_see_people": may_see_people,
        **words_context(None),
    }


def preview_context(rule: Group, survey: Survey, *, may_see_people: bool) -> Context:
    return {
        "survey": survey,
        "people_left": list(builder.people_left(rule, survey.counts)),
        "may_see_people": may_see_people,
        "sample": _sampled(survey.sample()) if may_see_people else [],
        **words_context(rule),
    }


def _sampled(contact_ids: list[UUID]) -> list[Sampled]:
    return [Sampled(one.contact_id, _name(one)) for one in contacts.people(contact_ids)]


def _name(person: contacts.Person) -> str:
    given, family = (str(person.identity.get(key, "")) for key in ("given_name", "family_name"))
    return f"{given} {family}".strip() or "No name on file"
