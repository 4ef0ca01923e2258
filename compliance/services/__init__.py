"""The verbs of compliance, called through this module."""

from compliance.services.agreements import Signature, countersign, end_agreement, sign_agreement
from compliance.services.domains import (
    LookUp,
    add_domain,
    add_sender,
    check_domain,
    remove_domain,
    remove_sender,
    take_replies,
)
from compliance.services.policies import set_policy, set_retention
from compliance.services.suppressions import (
    lift_for_system,
    suppress,
    suppress_many,
    unsuppress,
)

__all__ = [
    "LookUp",
    "Signature",
    "add_domain",
    "add_sender",
    "check_domain",
    "countersign",
    "end_agreement",
    "lift_for_system",
    "remove_domain",
    "remove_sender",
    "set_policy",
    "set_retention",
    "sign_agreement",
    "suppress",
    "suppress_many",
    "take_replies",
    "unsuppress",
]
