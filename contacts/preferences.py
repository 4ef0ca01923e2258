"""What a patient may choose about mail: topics in plain words, each standing for purposes of the gate."""

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.purposes import Purpose
from contacts.models import ConsentRecord

GRANTED, WITHDRAWN = ConsentRecord.State.GRANTED.value, ConsentRecord.State.WITHDRAWN.value


@dataclass(frozen=True)
class Topic:
    """`asks` is granted when the topic is switched on; all of `purposes` end when it is switched off.

    Care and bills need no agreement: such a topic is on until the person says no.
    """

    key: str
    asks: Purpose
    purposes: tuple[Purpose, ...]
    is_on_unasked: bool

    def is_on(self, consents: Mapping[str, str]) -> bool:
        state = consents.get(self.asks)
        return state == GRANTED or (state is None and self.is_on_unasked)


TOPICS = (
    Topic("visits", Purpose.APPOINTMENT, (Purpose.APPOINTMENT, Purpose.TREATMENT), True),
    Topic("checkups", Purpose.CARE_GAP, (Purpose.CARE_GAP,), True),
    Topic("bills", Purpose.PAYMENT, (Purpose.PAYMENT,), True),
    Topic("refills", Purpose.REFILL, (Purpose.REFILL,), False),
    Topic("tips", Purpose.OPERATIONS, (Purpose.OPERATIONS,), False),
    Topic(
        "news",
        Purpose.MARKETING,
        (Purpose.MARKETING, Purpose.REMUNERATED, Purpose.FUNDRAISING),
        False,
    ),
)


def topic_of(purpose: str) -> Topic | None:
    """The topic that a purpose of the gate belongs to; some purposes have no place on the page."""
    return next((topic for topic in TOPICS if purpose in topic.purposes), None)


@dataclass(frozen=True)
class Choices:
    """Everything that the page can change, as it is or as it shall be."""

    topics: frozenset[str]
    prefers_portal: bool
    refuses_counting: bool
    is_stopped: bool
    is_paused: bool

    def as_record(self) -> dict[str, object]:
        return {
            "topics": sorted(self.topics),
            "prefers_portal": self.prefers_portal,
            "refuses_counting": self.refuses_counting,
            "is_stopped": self.is_stopped,
            "is_paused": self.is_paused,
        }


def choices_from(record: Mapping[str, object]) -> Choices:
    topics = record["topics"]
    if not isinstance(topics, list):
        raise TypeError("topics are a list")
    return Choices(
        frozenset(str(topic) for topic in topics),
        bool(record["prefers_portal"]),
        bool(record.get("refuses_counting")),
        bool(record["is_stopped"]),
        bool(record["is_paused"]),
    )
