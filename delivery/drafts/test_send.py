"""Drafts of test sends: a campaign in a colleague's mailbox, as one contact would get it.

It is made from a real person's values, so it travels like their own message: under verified TLS or
not at all. It goes to staff, so it has no way through the portal: what may not travel, fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from campaigns.compilation import Compiled
from campaigns.content.model import read_content
from campaigns.content.problems import ContentRefused
from campaigns.models import TestSend
from campaigns.queries import audience, writing
from campaigns.rendering import values_of
from compliance import dlp
from compliance import queries as compliance
from compliance.facts import Reason, Sensitivity
from contacts import queries as contacts
from contacts.queries import Person
from delivery import fates, routes
from delivery.drafts.campaign import shown_values
from delivery.drafts.draft import Draft
from delivery.drafts.letterheads import letterhead_of
from delivery.fates import Claimed
from delivery.services.recording import Result
from segments.parsing import RuleInvalid
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


def _draft(message: Claimed, test: TestSend, person: Person) -> Draft | Result:
    values = values_of(person.identity, person.attributes)
    values |= dict.fromkeys(NO_LINKS, url_on("links", "/"))
    try:
        compiled = writing.compiled_test(test)
        refusal = _refusal(test, compiled, values)
    except (ContentRefused, RuleInvalid):  # what it shows, or whom it is for, was removed since
        return Result(message, fates.unsendable("not_renderable"), test.to)
    if refusal:
        return Result(message, fates.unsendable(refusal), test.to)
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


def _refusal(test: TestSend, compiled: Compiled, values: dict[str, object]) -> str:
    """Why no mail may show this; empty if one may."""
    scan = dlp.scan_values(shown_values(values, compiled))
    if scan.blocking:
        return "dlp_blocked"
    known = (
        audience.sensitivity(test.campaign),
        writing.fixed_text(read_content(test.content)).sensitivity,
        compiled.sensitivity,
        scan.sensitivity,
    )
    return "specially_protected" if max(known) is Sensitivity.S3 else ""
