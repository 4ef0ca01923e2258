"""What the send gate is told about a letter, and the way that its verdict leads to."""

from compliance import queries as compliance
from compliance.facts import Outcome, SendingFacts, Sensitivity, Verdict
from delivery import routes
from delivery.models import EscrowItem, Letter
from delivery.routes import Route, Way


def sending_facts(letter: Letter) -> SendingFacts:
    """Whoever made the key of the system let it write: that stands for the approval of a text."""
    return compliance.sending_facts(
        letter.purpose,
        sensitivity=Sensitivity(letter.sensitivity),
        remuneration=letter.remuneration,
        is_approved=True,
    )


def route_of(verdict: Verdict, protection: str) -> Route:
    """The verdict's route; the system may ask for more protection than it needs, never for less."""
    route = routes.decide(verdict)
    wants_portal = protection == Letter.Protection.PORTAL
    if wants_portal and verdict.outcome is Outcome.ALLOW:
        return Route(Way.PORTAL, route.required, (EscrowItem.Reason.AUTHOR_CHOICE.value,))
    return route
