"""Which operators a field of each type has, what they are called, and what each one needs."""

from dataclasses import dataclass

from segments.fields import FieldType


@dataclass(frozen=True, slots=True)
class Operand:
    """One value that an operator needs: its key in the rule, how it is read, the words around it."""

    name: str
    kind: str
    label: str
    is_required: bool = True
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    label: str
    operands: tuple[Operand, ...] = ()


TEXT = (Operand("value", "text", "Text"),)
TEXTS = (Operand("values", "texts", "Texts, one a line"),)
NUMBER = (Operand("value", "number", "Number"),)
NUMBERS = (Operand("low", "number", "From"), Operand("high", "number", "To", before="and"))
DAY = (Operand("value", "date", "Date"),)
DAYS = (Operand("low", "date", "From"), Operand("high", "date", "To", before="and"))
CHOICE = (Operand("value", "choice", "Choice"),)
CHOICES = (Operand("values", "choices", "Choices"),)
PERIOD = (Operand("amount", "amount", "How many"), Operand("unit", "unit", "Unit of time"))
MONTH = (Operand("month", "month", "Month"),)
OCCURRENCES = (
    Operand("times", "times", "Times", after="times"),
    Operand("amount", "amount", "In the last", is_required=False, before="in the last"),
    Operand("unit", "unit", "Unit of time", is_required=False),
    Operand("campaign", "campaign", "Campaign", is_required=False),
)

KNOWN = (Operator("known", "is known"), Operator("not_known", "is not known"))

_BY_TYPE: dict[FieldType, tuple[Operator, ...]] = {
    FieldType.TEXT: (
        Operator("is", "is", TEXT),
        Operator("is_not", "is not", TEXT),
        Operator("is_one_of", "is one of", TEXTS),
        Operator("contains", "contains", TEXT),
        Operator("starts_with", "starts with", TEXT),
        *KNOWN,
    ),
    FieldType.CHOICE: (
        Operator("is", "is", CHOICE),
        Operator("is_not", "is not", CHOICE),
        Operator("is_one_of", "is one of", CHOICES),
        *KNOWN,
    ),
    FieldType.NUMBER: (
        Operator("equals", "is", NUMBER),
        Operator("at_least", "is at least", NUMBER),
        Operator("at_most", "is at most", NUMBER),
        Operator("between", "is between", NUMBERS),
        Operator("more_than", "is more than", NUMBER),
        Operator("less_than", "is less than", NUMBER),
        *KNOWN,
    ),
    FieldType.DATE: (
        Operator("in_the_last", "is in the last", PERIOD),
        Operator("longer_ago_than", "is longer ago than", PERIOD),
        Operator("in_the_next", "is in the next", PERIOD),
        Operator("further_ahead_than", "is further ahead than", PERIOD),
        Operator("exactly_ago", "is this long ago", PERIOD),
        Operator("exactly_ahead", "is this far ahead", PERIOD),
        Operator("on", "is on", DAY),
        Operator("before", "is before", DAY),
        Operator("after", "is after", DAY),
        Operator("between", "is between", DAYS),
        Operator("anniversary_in", "has its month in", MONTH),
        *KNOWN,
    ),
    FieldType.BOOLEAN: (Operator("yes", "is yes"), Operator("no", "is no"), *KNOWN),
    FieldType.PRESENCE: KNOWN,
    FieldType.CONSENT: (
        Operator("granted", "is granted"),
        Operator("withdrawn", "is withdrawn"),
        Operator("never_asked", "was never asked for"),
    ),
    FieldType.ACTIVITY: (
        Operator("did", "at least", OCCURRENCES),
        Operator("did_not", "fewer than", OCCURRENCES),
    ),
}

OPERATORS: dict[FieldType, dict[str, Operator]] = {
    field_type: {operator.name: operator for operator in operators}
    for field_type, operators in _BY_TYPE.items()
}
