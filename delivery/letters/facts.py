"""What the send gate is told about a letter."""

from compliance import queries as compliance
from compliance.facts import SendingFacts, Sensitivity
from delivery.models import Letter


def sending_facts(letter: Letter) -> SendingFacts:
    """Whoever made the key of the system let it write: that stands for the approval of a text."""
    return compliance.sending_facts(
        letter.purpose,
        sensitivity=Sensitivity(letter.sensitivity),
        remuneration=letter.remuneration,
        is_approved=True,
    )
