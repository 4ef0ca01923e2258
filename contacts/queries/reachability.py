"""What the send gate would say about one person today, purpose by purpose, and on what evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db.models import Count

from compliance import queries as compliance
from compliance.facts import (
    Acceptance,
    ConsentState,
    GateFacts,
    Outcome,
    PersonFacts,
    SendingFacts,
    Sensitivity,
    SuppressionReason,
    Verdict,
)
from compliance.gate import decide
from compliance.purposes import PURPOSE_RULES, Purpose, Remuneration
from contacts.models import Activity, ConsentRecord
from contacts.queries.streaming import Person, shared_mailboxes
from contacts.queries.unprotected import accepted_ways
from tenancy import clock

# What the contact page asks for each purpose: mail with health details, paid for as the purpose says.
_PAY = {Purpose.REMUNERATED: Remuneration.PAID}
_CAPPED_CAUSES = ("campaign", "visit")


@dataclass(frozen=True, slots=True)
class Reach:
    """May we write to this person for `purpose`, why or why not, and the proof."""

    purpose: Purpose
    verdict: Verdict
    consent: str
    record: ConsentRecord | None
    basis: str

    @property
    def is_allowed(self) -> bool:
        return self.verdict.outcome in {Outcome.ALLOW, Outcome.PORTAL}

    @property
    def goes_to_portal(self) -> bool:
        return self.verdict.outcome is Outcome.PORTAL

    @property
    def consent_label(self) -> str:
        return ConsentState(self.consent).label


def person_facts(people: Sequence[Person]) -> dict[UUID, PersonFacts]:
    """The gate's half of the facts for each person; three queries, however many people."""
    addresses = {p.contact_id: str(p.identity.get("email", "")) for p in people}
    indexes = {
        contact_id: compliance.address_index(address)
        for contact_id, address in addresses.items()
        if address
    }
    suppressed = compliance.suppressed(set(indexes.values()))
    shared = shared_mailboxes(list(addresses))
    recent = _recent_messages(list(addresses))
    accepts = accepted_ways(people)
    facts = {}
    for person in people:
        index = indexes.get(person.contact_id)
        facts[person.contact_id] = _facts(
            person,
            suppression=suppressed.get(index) if index else None,
            shares_address=person.contact_id in shared,
            recent_messages=recent.get(person.contact_id, 0),
            accepts=accepts.get(person.contact_id),
        )
    return facts


def reachability(person: Person) -> list[Reach]:
    """One answer a purpose, in the order of the purposes."""
    facts = person_facts([person])[person.contact_id]
    sending = health_details()
    latest: dict[str, ConsentRecord] = {}
    for record in ConsentRecord.objects.filter(contact_id=person.contact_id).order_by(
        "recorded_at"
    ):
        latest[record.purpose] = record
    return [
        Reach(
            purpose,
            decide(GateFacts(for_purpose(sending, purpose), facts)),
            person.consents.get(purpose, ConsentState.NEVER),
            latest.get(purpose),
            _basis(purpose, is_patient=person.is_patient),
        )
        for purpose in Purpose
    ]


def _basis(purpose: Purpose, *, is_patient: bool) -> str:
    rule = PURPOSE_RULES[purpose]
    return rule.basis if is_patient else rule.basis_of_others


def health_details() -> SendingFacts:
    """What approved mail with health details has in common, whatever it is for."""
    return compliance.sending_facts(
        Purpose.APPOINTMENT,
        sensitivity=Sensitivity.S2,
        remuneration=Remuneration.NONE,
        is_approved=True,
    )


def for_purpose(sending: SendingFacts, purpose: Purpose) -> SendingFacts:
    return replace(sending, purpose=purpose, remuneration=_PAY.get(purpose, Remuneration.NONE))


def _facts(
    person: Person,
    *,
    suppression: SuppressionReason | None,
    shares_address: bool,
    recent_messages: int,
    accepts: Acceptance | None,
) -> PersonFacts:
    return PersonFacts(
        is_patient=person.is_patient,
        has_address=bool(person.identity.get("email")),
        domain=str(person.identity.get("email") or "").rpartition("@")[2].lower(),
        consents=person.consents,
        authorizations=person.authorizations,
        has_opted_out=person.has_opted_out,
        suppression=suppression,
        is_deceased=person.is_deceased,
        shares_address=shares_address,
        prefers_portal=person.prefers_portal,
        refuses_counting=person.refuses_counting,
        recent_messages=recent_messages,
        accepts=accepts,
    )


def _recent_messages(contact_ids: list[UUID]) -> dict[UUID, int]:
    since = clock.now() - timedelta(days=compliance.policy().frequency_window_days)
    counted = (
        Activity.objects.filter(
            contact__in=contact_ids,
            kind__in=[Activity.Kind.SENT, Activity.Kind.ESCROWED],
            cause__in=_CAPPED_CAUSES,
            occurred_at__gte=since,
        )
        .values_list("contact_id")
        .annotate(messages=Count("id"))
    )
    return dict(counted)
