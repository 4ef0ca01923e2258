"""The wording of the business associate agreement, filled in for two parties.

A version is two files that never change once offered: a correction is a new version. The whole
filled-in text is kept with the signature, and its hash covers every character.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import NamedTuple

from compliance.purposes import Purpose

CURRENT_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Terms:
    """What differs between two agreements of the same version."""

    covered_entity: str
    business_associate: str
    permitted_purposes: frozenset[str]
    notify_within_hours: int
    subcontractors: tuple[str, ...]


class Clause(NamedTuple):
    """A heading with its paragraphs, for the page; the first one is the title of the agreement."""

    heading: str
    paragraphs: tuple[str, ...]


def compose(version: str, terms: Terms) -> str:
    """The complete text of `version` for these terms. Raises FileNotFoundError if there is none."""
    purposes = dict(line.split(": ", 1) for line in _wording(f"purposes-{version}").splitlines())
    return Template(_wording(f"baa-{version}")).substitute(
        covered_entity=terms.covered_entity,
        business_associate=terms.business_associate,
        notify_within_hours=terms.notify_within_hours,
        permitted_purposes=_paragraphs(
            purposes[purpose] for purpose in Purpose if purpose in terms.permitted_purposes
        ),
        subcontractors=_paragraphs(terms.subcontractors or ("None at present.",)),
    )


def _wording(name: str) -> str:
    return (Path(__file__).parent / "agreements" / f"{name}.txt").read_text(encoding="utf-8")


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def clauses(text: str) -> list[Clause]:
    """The text by headings: a heading is a paragraph without a full stop at its end."""
    found: list[Clause] = []
    for paragraph in text.strip().split("\n\n"):
        if paragraph.endswith((".", ":")):
            heading, paragraphs = found.pop()
            found.append(Clause(heading, (*paragraphs, paragraph)))
        else:
            found.append(Clause(paragraph, ()))
    return found


def _paragraphs(sentences: Iterable[str]) -> str:
    return "\n\n".join(sentences)
