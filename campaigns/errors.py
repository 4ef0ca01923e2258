from collections.abc import Sequence

from tenancy.errors import DomainError


class CampaignNotNamed(DomainError):
    """The name is empty or too long."""


class ContentChanged(DomainError):
    """Somebody else saved since this person opened it."""


class CampaignNotEditable(DomainError):
    """What is scheduled or under way is not changed."""


class CampaignNotReady(DomainError):
    """Something must be fixed before anybody is asked to approve; `reasons` are sentences."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


class ApprovalNotAllowed(DomainError):
    """This person may not decide, or there is nothing left to decide."""


class CampaignNotSendable(DomainError):
    """The campaign is not approved as it stands, or its time is past."""


class CampaignNotStoppable(DomainError):
    """There is nothing to pause, resume, take back or cancel."""


class TestNotSent(DomainError):
    """The message cannot be tested as it is, or not with this person or mailbox."""
