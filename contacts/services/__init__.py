"""The verbs of contacts, called through this module."""

from contacts.services.activity import Fact, record_activity, record_facts
from contacts.services.attributes import (
    AttributeRefused,
    change_attribute,
    define_attribute,
)
from contacts.services.certificates import (
    keep_certificate,
    remove_certificate,
    withdraw_certificate,
)
from contacts.services.consent import (
    ConsentRefused,
    Evidence,
    choose_route,
    come_back,
    pause,
    record_consent,
    stop_everything,
    withdraw,
)
from contacts.services.erasing import NotErased, erase
from contacts.services.patients import patient
from contacts.services.people import (
    ReasonNeeded,
    RecordNumberTaken,
    add,
    change,
    reveal,
    upsert,
)
from contacts.services.recipients import RecipientUnclear, person_with, recipient
from contacts.services.unprotected import Request, protect_again, record_unprotected

__all__ = [
    "AttributeRefused",
    "ConsentRefused",
    "Evidence",
    "Fact",
    "NotErased",
    "ReasonNeeded",
    "RecipientUnclear",
    "RecordNumberTaken",
    "Request",
    "add",
    "change",
    "change_attribute",
    "choose_route",
    "come_back",
    "define_attribute",
    "erase",
    "keep_certificate",
    "patient",
    "pause",
    "person_with",
    "protect_again",
    "recipient",
    "record_activity",
    "record_consent",
    "record_facts",
    "record_unprotected",
    "remove_certificate",
    "reveal",
    "stop_everything",
    "upsert",
    "withdraw",
    "withdraw_certificate",
]
