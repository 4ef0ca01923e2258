"""Content compiled once for all its messages: a recipient then costs one pass over the variables.

The result is the fast form of architecture §5: constant chunks already quoted-printable, canonical
and dot-safe (`content.quoted`), between expressions whose values are escaped and encoded alike.
Delivery puts `Rendered.parts` into a MIME body as they are.
"""

import quopri
import re
from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.content.checks import refusals
from campaigns.content.exposure import exposure
from campaigns.content.layout import Layout, lay_out
from campaigns.content.letterhead import Letterhead
from campaigns.content.links import TOKEN_FIELD
from campaigns.content.model import Content
from campaigns.content.problems import ContentRefused, Problem, refused
from campaigns.content.provenance import protected, sensitivity
from campaigns.content.quoted import encode, encode_html_value, encode_text_value
from campaigns.merge.fields import MergeField, Schema
from campaigns.merge.filters import shown
from campaigns.merge.language import Merge, MergeError, parse
from campaigns.merge.tree import Program, Scope, run, transform
from compliance.dlp import Place, RenderedValue
from compliance.facts import Sensitivity
from tenancy.errors import DomainError

LARGEST_PART = 512 * 1024
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


class MessageTooLarge(DomainError):
    """One person's values make the message larger than a message may be."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One person's message. The parts are quoted-printable, canonical, and end with a line end."""

    subject: str
    text_part: bytes
    html_part: bytes

    @property
    def parts(self) -> tuple[tuple[str, bytes], tuple[str, bytes]]:
        """The parts of a multipart/alternative, plainest first (RFC 2046 5.1.4)."""
        return (
            ("text/plain; charset=utf-8", self.text_part),
            ("text/html; charset=utf-8", self.html_part),
        )

    @property
    def text(self) -> str:
        return _decoded(self.text_part)

    @property
    def html(self) -> str:
        return _decoded(self.html_part)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a worker needs to write one message after the other. Pickles.

    `links` are the targets of counted clicks, by the number at the end of the address; `hosts` the
    websites that any link leads to. `fields` are all that the message uses; `sensitivity` follows
    from their classes.
    """

    subject: Program
    text: Program
    html: Program
    letterhead: Letterhead
    links: tuple[str, ...]
    hosts: frozenset[str]
    fields: frozenset[str]
    sensitivity: Sensitivity
    exposure: Program

    def render(self, values: Mapping[str, object], *, token: str) -> Rendered:
        """The message with these values. `token` is in the addresses of counted links and openings.

        Raises MessageTooLarge if the values make it so.
        """
        scope = self._scope(values, token)
        return Rendered(
            subject=subject_text(self.subject, scope),
            text_part=_part(self.text, scope),
            html_part=_part(self.html, scope),
        )

    def values_shown(self, values: Mapping[str, object]) -> list[RenderedValue]:
        """What this person's message shows of the values, and where: for `dlp.scan_values`."""
        out: list[object] = []
        run(self.exposure, self._scope(values, ""), out)
        return [value for value in out if isinstance(value, RenderedValue)]

    def _scope(self, values: Mapping[str, object], token: str) -> Scope:
        return {
            **values,
            "organization": self.letterhead.organization,
            "postal_address": self.letterhead.postal_address,
            TOKEN_FIELD: token,
        }


def compile_content(content: Content, schema: Schema, letterhead: Letterhead) -> Compiled:
    """The content ready to be rendered. Raises ContentRefused with every reason why it is not."""
    if problems := list(refusals(content, schema, letterhead)):
        raise ContentRefused(problems)
    layout = lay_out(content, letterhead)
    _check_addresses(layout, schema)
    internal = {**schema, TOKEN_FIELD: MergeField(TOKEN_FIELD, "Token of the message")}
    subject = _merge(content.subject, schema)
    text, html = _merge(layout.text, internal), _merge(layout.html, internal)
    fields = (subject.fields | text.fields | html.fields) - {TOKEN_FIELD}
    return Compiled(
        subject=subject.program,
        text=transform(text.program, constant=encode, value=encode_text_value),
        html=transform(html.program, constant=encode, value=encode_html_value),
        letterhead=letterhead,
        links=layout.links,
        hosts=layout.hosts,
        fields=fields,
        sensitivity=sensitivity(fields, schema),
        exposure=(
            *exposure(subject.program, Place.SUBJECT),
            *exposure(text.program, Place.BODY),
        ),
    )


def subject_text(program: Program, scope: Scope) -> str:
    """The subject on one line, whatever the values hold."""
    out: list[object] = []
    run(program, scope, out)
    return _UNSEEN.sub(" ", "".join(shown(piece) for piece in out)).strip()


def _merge(source: str, schema: Schema) -> Merge:
    try:
        return parse(source, schema)
    except MergeError as error:
        raise refused("message", str(error)) from None


def _check_addresses(layout: Layout, schema: Schema) -> None:
    """Addresses are logged by every server on the way and by the website they lead to."""
    keys = {key for tag in layout.address_tags for key in _merge(tag, schema).fields}
    problems = [
        Problem("block", "message", f"“{key}” is about a patient. Take it out of the link.")
        for key in protected(keys, schema)
    ]
    if problems:
        raise ContentRefused(problems)


def _part(program: Program, scope: Scope) -> bytes:
    out: list[object] = []
    run(program, scope, out)
    part = b"".join(out)  # type: ignore[arg-type]  # `transform` made every piece bytes
    if len(part) > LARGEST_PART:
        raise MessageTooLarge("The message is too large for one person's values.")
    return part


def _decoded(part: bytes) -> str:
    return quopri.decodestring(part).decode().replace("\r\n", "\n")
