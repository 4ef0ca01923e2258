"""What a message may say about a person: declared fields, each with its kind and PHI class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PHI_CLASSES = ("none", "limited", "phi", "special")


@dataclass(frozen=True, slots=True)
class MergeField:
    """One declared variable. `kind` is text, number, date, boolean, choice, url or list.

    `items` are the fields of each entry of a list: an entry is a plain dict, nothing else.
    """

    key: str
    label: str
    kind: str = "text"
    phi_class: str = "none"
    choices: tuple[str, ...] = ()
    items: tuple["MergeField", ...] = ()

    @property
    def is_protected(self) -> bool:
        """True if the value says something about a patient, if only who it is."""
        return self.phi_class != "none"


Schema = Mapping[str, MergeField]

# Filled by delivery for each message: a patient's own pages, so only the whole target of a link.
LINK_FIELDS = (
    MergeField("unsubscribe_url", "Stop all mail", "url"),
    MergeField("preferences_url", "Choose what to receive", "url"),
    MergeField("portal_url", "Open in the secure portal", "url"),
)

# Fixed when the content is compiled: the same for every recipient.
LETTERHEAD_FIELDS = (
    MergeField("organization", "Name of your organization"),
    MergeField("postal_address", "Your postal address"),
)


def build_schema(fields: Iterable[MergeField]) -> Schema:
    """All fields by key; the reserved ones cannot be declared again."""
    declared = {field.key: field for field in fields}
    return declared | {field.key: field for field in (*LETTERHEAD_FIELDS, *LINK_FIELDS)}
