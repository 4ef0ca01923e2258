"""What the editor is given, and what it is told after each save."""

from collections.abc import Mapping

from campaigns import pages
from campaigns.content.blocks import as_mjml
from campaigns.content.checks import refusals
from campaigns.content.lint import advice
from campaigns.content.model import read_content
from campaigns.content.problems import ContentRefused, Problem
from campaigns.content.provenance import SAFE_SUBJECTS
from campaigns.merge.fields import LINK_FIELDS, MergeField
from campaigns.queries import writing
from compliance.purposes import Purpose


def editor_values(document: Mapping[str, object], version: int, purpose: str) -> dict[str, object]:
    """Everything that the editor's element starts with, as JSON."""
    letterhead = writing.letterhead(counts_clicks=False, counts_opens=False)
    return {
        "document": document,
        "version": version,
        "fields": [
            {"key": one.key, "label": one.label, "kind": one.kind, "phi": one.phi_class}
            for one in _offered()
        ],
        "organization": letterhead.organization,
        "postal_address": letterhead.postal_address,
        "feedback": feedback(document, version, purpose),
    }


def groups() -> dict[str, list[MergeField]]:
    """The fields as the palette lists them: about the person, about you."""
    offered = _offered()
    return {
        "person": [one for one in offered if one.is_protected],
        "other": [one for one in offered if not one.is_protected],
    }


def feedback(document: Mapping[str, object], version: int, purpose: str) -> dict[str, object]:
    """The version that is stored, what is wrong with the content, and how much PHI is in it."""
    problems = _problems(document)
    meter = pages.phi_meter(dict(document), writing.schema())
    return {
        "version": version,
        "problems": [
            {"severity": one.severity, "where": one.where, "message": one.message, "line": one.line}
            for one in problems
        ],
        "meter": meter.words,
        "phi": meter.phi_class,
        "safe_subject": SAFE_SUBJECTS[Purpose(purpose)],
        "mjml": _as_mjml(document),
    }


def _as_mjml(document: Mapping[str, object]) -> str:
    """What an expert goes on with who leaves the blocks."""
    content = read_content(document)
    letterhead = writing.letterhead(counts_clicks=False, counts_opens=False)
    return content.mjml or as_mjml(content.blocks, letterhead)


def _problems(document: Mapping[str, object]) -> list[Problem]:
    content, schema = read_content(document), writing.schema()
    letterhead = writing.letterhead(counts_clicks=False, counts_opens=False)
    if problems := list(refusals(content, schema, letterhead)):
        return problems
    try:
        compiled = writing.compiled_for_preview(dict(document))
    except ContentRefused as refused:
        return list(refused.problems)
    exposed = [
        Problem(
            "block", finding.place, "It tells of health, and it can be read on the way. Reword it."
        )
        for finding in writing.fixed_text(content).blocking
    ]
    return [*exposed, *advice(content, compiled, schema, writing.own_hosts())]


def _offered() -> list[MergeField]:
    links = {field.key for field in LINK_FIELDS}
    return [field for field in writing.schema().values() if field.key not in links]
