"""A message that is ready but for its text, and the text as the wire wants it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from cryptography.x509 import Certificate

from campaigns.compilation import Rendered
from delivery.fates import Claimed
from delivery.inbound import tokens
from delivery.letters.words import File
from delivery.models import Message
from delivery.routes import Route
from delivery.wire import dkim, headers, mime, smime
from delivery.wire.addresses import wire_address
from delivery.wire.conversation import Computation, Conversation, elsewhere
from delivery.wire.door import Envelope
from tenancy.errors import DomainError


class NotForPortal(DomainError):
    """It has parts that the portal does not show."""


@dataclass(frozen=True)
class Letterhead:
    """What all messages of one sender have in common; each of `signers` signs."""

    mailbox: str
    domain: str
    signers: tuple[dkim.Signer, ...] = field(repr=False)
    return_path_key: bytes = field(repr=False)
    # What S/MIME signs with.
    seal: smime.Seal | None = field(repr=False, default=None)

    def return_path(self, message: UUID) -> str:
        """An address of its own for the bounces of each message, which nobody can make up."""
        return tokens.address(tokens.Way.BOUNCE, message, self.domain, self.return_path_key)


@dataclass(frozen=True)
class Draft:
    """`write` makes the text: once the connection has proved itself, or for the portal."""

    message: Claimed
    address: str
    route: Route
    letterhead: Letterhead
    language: str
    write: Callable[[], Rendered] = field(repr=False)
    extra_fields: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = field(repr=False, default=())
    # Whom it is encrypted to.
    certificate: Certificate | None = field(repr=False, default=None, kw_only=True)

    def envelope(self) -> Envelope:
        """Raises AddressUnusable."""
        return Envelope(
            self.message.id,
            self.letterhead.return_path(self.message.id),
            wire_address(self.address),
            self.route.required,
            self.build,
            tells_delay=self.message.mail_class == Message.MailClass.CARE,
        )

    def build(self) -> Conversation[bytes]:
        """The whole message, signed. The same bytes at every try, as long as the text is the same.

        What is encrypted to the person has other bytes each time. Raises HeaderRefused if a value
        cannot stand in a header.
        """
        text = self.write()
        subject, (kind, body) = text.subject, self.content(text)
        if self.certificate and self.letterhead.seal:
            seal = partial(
                self.letterhead.seal.around, kind, body, self.certificate, subject=subject
            )
            kind, body = yield from elsewhere(Computation(seal))
            subject = smime.OUTER_SUBJECT
        fields = [
            headers.field("From", self.letterhead.mailbox),
            headers.recipient_field(self.address),
            headers.text_field("Subject", subject),
            headers.field("Date", headers.date(self.message.first_tried_at)),
            headers.field("Message-ID", self.message.message_id),
            *(headers.field(name, value) for name, value in self.extra_fields),
            headers.field("MIME-Version", "1.0"),
            *kind,
        ]
        signatures = yield from self._signatures(fields, body)
        return b"".join([*signatures, *fields, b"\r\n", body])

    def content(self, text: Rendered) -> tuple[list[bytes], bytes]:
        """The fields that say what the body is made of, and the body."""
        mark = mime.boundary(self.message.id)
        body = mime.alternative(text.text_part, text.html_part, boundary=mark)
        return [headers.field("Content-Type", mime.content_type(mark))], body

    def for_portal(self) -> Rendered:
        """What the portal shows. Raises NotForPortal."""
        return self.write()

    def _signatures(self, fields: list[bytes], body: bytes) -> Conversation[list[bytes]]:
        if not self.letterhead.signers:
            return []
        signed_at = int(self.message.first_tried_at.timestamp())
        sign = partial(_signed, self.letterhead.signers, fields, body, signed_at)
        return (yield from elsewhere(Computation(sign)))


def _signed(
    signers: Sequence[dkim.Signer], fields: Sequence[bytes], body: bytes, signed_at: int
) -> list[bytes]:
    digest, covered = dkim.hash_of_canonical([body]), dkim.Covered.of(fields)
    return [signer.sign(covered, body_hash=digest, signed_at=signed_at) for signer in signers]
