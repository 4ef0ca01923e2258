"""What patients decide on their own page: each step is a row of the ledger, with the words they saw."""

from django.db import transaction

from audit.services import Actor
from compliance.facts import SuppressionReason
from compliance.services import suppress
from contacts.models import ConsentRecord, Contact
from contacts.preference_words import VERSION, WORDS
from contacts.preferences import TOPICS, WITHDRAWN, Choices
from contacts.services.consent import (
    Evidence,
    choose_counting,
    choose_route,
    come_back,
    pause,
    record_consent,
    stop_everything,
    withdraw,
)
from contacts.services.patients import patient
from contacts.services.unprotected import protect_again


def choices_of(contact: Contact) -> Choices:
    return Choices(
        topics=frozenset(topic.key for topic in TOPICS if topic.is_on(contact.consents)),
        prefers_portal=contact.prefers_portal,
        refuses_counting=contact.refuses_counting,
        is_stopped=contact.has_opted_out,
        is_paused=contact.is_paused,
    )


@transaction.atomic
def choose(contact: Contact, wanted: Choices, *, language: str, address: str) -> Choices:
    """Make it so, and answer how it was. What does not change leaves no row."""
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    was = choices_of(contact)
    actor = patient(contact.pk)
    for topic in TOPICS:
        evidence = _evidence(topic.key, language, address)
        if topic.key in wanted.topics - was.topics:
            record_consent(
                contact,
                purpose=topic.asks,
                kind=ConsentRecord.Kind.OPT_IN,
                evidence=evidence,
                actor=actor,
            )
            _return_to(contact, topic.purposes[1:], evidence, actor)
        elif topic.key in was.topics - wanted.topics:
            withdraw(contact, purposes=topic.purposes, evidence=evidence, actor=actor)
    if wanted.prefers_portal != was.prefers_portal:
        choose_route(contact, prefers_portal=wanted.prefers_portal, actor=actor)
    if wanted.refuses_counting != was.refuses_counting:
        choose_counting(contact, refuses=wanted.refuses_counting, actor=actor)
    _stop_or_return(contact, was, wanted, evidence=_evidence("stop", language, address))
    return was


@transaction.atomic
def not_me(contact: Contact, *, language: str, address: str) -> None:
    """Somebody else reads this mailbox: nothing is sent to it any more."""
    mailbox = contact.identity.get("email")
    if mailbox:
        actor = patient(contact.pk)
        suppress(str(mailbox), reason=SuppressionReason.WRONG_PERSON, source="person", actor=actor)
        stop_everything(contact, evidence=_evidence("not_me", language, address), actor=actor)


def want_protection(contact: Contact, *, language: str, address: str) -> None:
    """The person takes back that email may come without full protection."""
    evidence = _evidence("protect", language, address)
    protect_again(contact, evidence=evidence, actor=patient(contact.pk))


def _return_to(
    contact: Contact, purposes: tuple[str, ...], evidence: Evidence, actor: Actor
) -> None:
    """Purposes that were switched off together with the topic and need no agreement of their own."""
    for purpose in purposes:
        if contact.consents.get(purpose) == WITHDRAWN and purpose == "treatment":
            record_consent(contact, purpose=purpose, kind="opt_in", evidence=evidence, actor=actor)


def _stop_or_return(contact: Contact, was: Choices, wanted: Choices, *, evidence: Evidence) -> None:
    """A stop takes the place of a pause: nobody has come back then."""
    actor = patient(contact.pk)
    if wanted.is_stopped:
        stop_everything(contact, evidence=evidence, actor=actor)
    elif was.is_stopped or (was.is_paused and not wanted.is_paused):
        come_back(contact, evidence=evidence, actor=actor)
    elif wanted.is_paused and not was.is_paused:
        pause(contact, actor=actor)


def _evidence(word: str, language: str, address: str) -> Evidence:
    words = WORDS[language]
    wording = ": ".join(filter(None, (words[word], words.get(f"{word}_about"))))
    return Evidence(
        source=f"Preference page, wording {VERSION}",
        wording=wording,
        language=language,
        address=address,
    )
