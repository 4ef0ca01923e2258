"""Telling staff that somebody may stand between us and a recipient's domain."""

from collections.abc import Mapping
from uuid import UUID

from compliance.models import Alert
from compliance.services import alerts

# By the rule of the table of routes that a message met. Somebody may interfere, or the domain has
# made a mistake that it should hear of.
KINDS = {
    "downgraded": Alert.Kind.DOWNGRADE,
    "dane_failed": Alert.Kind.DANE,
    "mta_sts_failed": Alert.Kind.MTA_STS,
    "pin_failed": Alert.Kind.PIN,
}


def raise_alarms(suspected: Mapping[tuple[UUID, str], int]) -> None:
    """For each domain and rule, by how many messages met it; always in the same order."""
    for (domain, rule), messages in sorted(suspected.items()):
        alerts.raise_about_domain(KINDS[rule], domain, messages=messages)
