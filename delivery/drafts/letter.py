"""Drafts of what systems wrote themselves: the gate asked again, the text as it was given."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from campaigns.compilation import Rendered
from campaigns.content.quoted import encode
from campaigns.queries import writing
from compliance.facts import GateFacts, PersonFacts
from compliance.gate import decide
from compliance.models import Sender, SenderDomain
from compliance.purposes import PURPOSE_RULES, Purpose
from contacts import queries as contacts
from contacts import tokens
from contacts.queries import Person
from delivery import audience, fates, unsubscribe
from delivery.drafts.campaign import LOOK_AGAIN, Known, known_people, when_again
from delivery.drafts.draft import Draft, NotForPortal
from delivery.drafts.letterheads import letterhead_of
from delivery.escrow import file_kinds
from delivery.fates import Claimed
from delivery.letters import body, facts, markup
from delivery.letters.checking import sender_domain
from delivery.letters.footer import Footer
from delivery.letters.words import File, LetterRefused, Mailbox, Words
from delivery.models import Letter, LetterFile
from delivery.routes import Way
from delivery.services import postures
from delivery.services.recording import Result
from delivery.wire import headers
from delivery.wire.conversation import Computation, Conversation, elsewhere, run
from tenancy import clock
from tenancy.origins import url_on

# Bytes of files that are in memory for one slice of messages; each is there three times on its way out.
FILES_AT_ONCE = 20 * 1024 * 1024


@dataclass(frozen=True)
class LetterDraft(Draft):
    """A draft that perhaps has no HTML."""

    def build(self) -> Conversation[bytes]:
        """As any draft, beside the other conversations: files are large."""
        return elsewhere(Computation(partial(run, super().build())))

    def content(self, text: Rendered) -> tuple[list[bytes], bytes]:
        part = body.build(text, self.files, identifier=self.message.id)
        return [headers.field(name, value) for name, value in part.headers], part.body

    def for_portal(self) -> Rendered:
        """Raises NotForPortal."""
        if not all(file_kinds.is_known(file.media_type) for file in self.files):
            raise NotForPortal("The portal takes no file of such a kind.")
        text = self.write()
        html = markup.for_portal(text.html) if text.html_part else markup.from_text(text.text)
        return replace(text, html_part=encode(html))


def draft_letters(
    messages: Sequence[Claimed], letters: Mapping[UUID, Letter], known: Known | None = None
) -> Iterator[Draft | Result]:
    """A draft for each message that may still go; `letters` by the cause of their message.

    Those whose files are too much at once are given back for the next turn.
    """
    people, facts = known or known_people(messages)
    sizes, taken = _sizes(letters), 0
    for message in messages:
        person, size = people.get(message.contact_id), sizes[message.cause_id]
        if person is None:
            yield Result(message, fates.canceled("person_erased"))
        elif size and taken and taken + size > FILES_AT_ONCE:
            yield Result(message, fates.released())
        else:
            taken += size
            standing = facts[message.contact_id]
            yield _drafted(message, person, standing, letters[message.cause_id])


def _sizes(letters: Mapping[UUID, Letter]) -> Counter[UUID]:
    """By the cause of their message."""
    causes = {letter.pk: cause for cause, letter in letters.items()}
    files = LetterFile.objects.filter(letter__in=list(causes))
    sizes: Counter[UUID] = Counter()
    for letter, size in files.values_list("letter_id", "size"):
        sizes[causes[letter]] += size
    return sizes


def _drafted(
    message: Claimed, person: Person, standing: PersonFacts, letter: Letter
) -> Draft | Result:
    words, now = Words.from_record(letter.words), clock.now()
    address = str(person.identity.get("email") or "")
    try:
        domain = sender_domain(words)
    except LetterRefused:
        return Result(message, fates.waiting("sender_not_proven", until=now + LOOK_AGAIN))
    local_now = audience.local_time(now)
    sending = facts.sending_facts(letter)
    verdict = decide(GateFacts(sending, replace(standing, local_time=local_now.time())))
    was_safe = verdict.accepts is not None and postures.was_safe(address)
    letterhead = letterhead_of(_sender(domain, words.sender))
    certificates = contacts.certificates_of([person]) if letterhead.seal else {}
    certificate = certificates.get(person.contact_id)
    route = audience.route_of(
        verdict,
        sending,
        letter.protection,
        was_safe=was_safe,
        can_encrypt=certificate is not None,
    )
    if route.way is Way.NOWHERE:
        return Result(message, fates.skipped(verdict), address)
    if route.way is Way.WAIT:
        until = when_again(verdict, sending.policy.quiet_until, local_now)
        return Result(message, fates.held(verdict, until=until), address)
    return LetterDraft(
        message,
        address,
        route,
        letterhead,
        str(person.identity.get("language") or "en"),
        _writer(letter, words, message),
        _extra_fields(letter, words, message, letterhead.domain),
        _files(letter),
        certificate=certificate if route.way is Way.SMIME else None,
    )


def _sender(domain: SenderDomain, mailbox: Mailbox) -> Sender:
    """That of the workspace with this address, under the name that the caller gave."""
    local_part = mailbox.address.rpartition("@")[0]
    kept = Sender.objects.filter(domain=domain, local_part=local_part.lower()).first()
    sender = kept or Sender(domain=domain, local_part=local_part)
    sender.display_name = mailbox.name
    return sender


def _writer(letter: Letter, words: Words, message: Claimed) -> Callable[[], Rendered]:
    if PURPOSE_RULES[Purpose(letter.purpose)].is_discretionary:
        words = _footer(message).below(words)
    return lambda: _rendered(words)


def _rendered(words: Words) -> Rendered:
    text = words.text or markup.plain_text(words.html)
    return Rendered(
        words.subject,
        encode(f"{text.rstrip()}\n"),
        encode(f"{words.html.rstrip()}\n") if words.html else b"",
    )


def _footer(message: Claimed) -> Footer:
    letterhead = writing.letterhead(counts_clicks=False, counts_opens=False)
    preferences = tokens.make(tokens.PREFERENCES, message.contact_id)
    return Footer(
        letterhead.organization,
        letterhead.postal_address,
        url_on("links", f"/p/{preferences}"),
        unsubscribe.signer().link(message.id),
    )


def _extra_fields(
    letter: Letter, words: Words, message: Claimed, domain: str
) -> tuple[tuple[str, str], ...]:
    fields = [(name.title(), value.strip()) for name, value in words.headers]
    if words.reply_to:
        fields.append(("Reply-To", _mailbox(words.reply_to)))
    if PURPOSE_RULES[Purpose(letter.purpose)].is_discretionary:
        fields += unsubscribe.signer().list_fields(message.id, domain)
    return tuple(fields)


def _mailbox(mailbox: Mailbox) -> str:
    return headers.mailbox(mailbox.name, mailbox.address)


def _files(letter: Letter) -> tuple[File, ...]:
    stored = LetterFile.objects.filter(letter=letter).order_by("position")
    return tuple(File(each.name, each.media_type, each.content, each.content_id) for each in stored)
