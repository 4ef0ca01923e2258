"""Which values a message shows, between the words around them: what data loss prevention reads."""

from dataclasses import dataclass

from campaigns.content.links import TOKEN_FIELD
from campaigns.merge.fields import LETTERHEAD_FIELDS, LINK_FIELDS
from campaigns.merge.filters import shown
from campaigns.merge.tree import (
    Choose,
    Constant,
    Expression,
    Program,
    Repeat,
    Scope,
    Show,
    Step,
    mentioned,
)
from compliance.dlp import SURROUNDINGS, Place, RenderedValue

RESERVED = {TOKEN_FIELD, *(field.key for field in (*LETTERHEAD_FIELDS, *LINK_FIELDS))}


@dataclass(frozen=True, slots=True)
class Look:
    """A step that notes the value instead of writing it."""

    place: Place
    before: str
    expression: Expression
    after: str

    def write(self, scope: Scope, out: list[object]) -> None:
        value = shown(self.expression.value(scope))
        if value:
            out.append(RenderedValue(self.place, self.before, value, self.after))


def exposure(program: Program, place: Place) -> Program:
    """The program with a look for each shown value, and without the fixed text."""
    steps = [*program, Constant("")]
    looked: list[Step] = []
    for number, step in enumerate(program):
        match step:
            case Show(expression, _) if not _is_ours(expression):
                before, after = _text(steps[number - 1]), _text(steps[number + 1])
                looked.append(Look(place, before[-SURROUNDINGS:], expression, after[:SURROUNDINGS]))
            case Choose(branches, otherwise):
                kept = tuple((condition, exposure(then, place)) for condition, then in branches)
                looked.append(Choose(kept, exposure(otherwise, place)))
            case Repeat(variable, field, body):
                looked.append(Repeat(variable, field, exposure(body, place)))
    return tuple(looked)


def _is_ours(expression: Expression) -> bool:
    """True for what delivery or the letterhead fills in: the same for everybody, or a bare link."""
    keys = set(mentioned(expression))
    return bool(keys) and keys <= RESERVED


def _text(step: Step) -> str:
    return step.piece if isinstance(step, Constant) and isinstance(step.piece, str) else ""
