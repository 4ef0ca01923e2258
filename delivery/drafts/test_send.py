"""Drafts of test sends: a campaign in a colleague's mailbox, as one contact would get it.

It is made from a real person's values, so it travels like their own message: under verified TLS or
not at all. It goes to staff, so it has no way through the portal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from campaigns.models import TestSend
from campaigns.queries import writing
from campaigns.rendering import values_of
from compliance import queries as compliance
from compliance.facts import Reason
from contacts import queries as contacts
from contacts.queries import Person
from delivery import fates, routes
from delivery.drafts.draft import Draft
from delivery.drafts.letterheads import letterhead_of
from delivery.fates import Claimed
from delivery.services.recording import Result
from tenancy.origins import url_on

# A colleague's click in a test must not stop the mail of the person whom it shows.
NO_LINKS = ("unsubscribe_url", "preferences_url", "portal_url")


def draft_tests(messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    """A draft for each test send whose contact is still there."""
    tests = TestSend.objects.select_related("campaign__sender__domain").in_bulk(
        [message.cause_id for message in messages]
    )
    people = {p.contact_id: p for p in contacts.people([m.contact_id for m in messages])}
    agreement = compliance.agreement_in_force()
    for message in messages:
        test, person = tests[message.cause_id], people.get(message.contact_id)
        if agreement is None:
            yield Result(message, fates.unsendable(Reason.NO_AGREEMENT.value))
        elif agreement.tenant.is_ending:
            yield Result(message, fates.unsendable(Reason.WORKSPACE_ENDING.value))
        elif person is None or test.campaign.sender is None:
            yield Result(message, fates.canceled("nothing_to_say"))
        else:
            yield _draft(message, test, person)


def _draft(message: Claimed, test: TestSend, person: Person) -> Draft:
    compiled = writing.compiled_for_preview(test.content)
    values = values_of(person.identity, person.attributes)
    values |= dict.fromkeys(NO_LINKS, url_on("links", "/"))
    text = compiled.render(values, token="")
    text = replace(text, subject=f"[Test] {text.subject}")
    return Draft(
        message,
        test.to,
        routes.STRICT,
        letterhead_of(test.campaign.sender),
        "",
        lambda: text,
        (("Auto-Submitted", "auto-generated"),),
    )
