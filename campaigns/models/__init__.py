"""Templates, campaigns, what was approved of them, and tests of them."""

from campaigns.models.approval import Approval
from campaigns.models.campaign import Campaign, TestSend
from campaigns.models.template import Brand, Template

__all__ = ["Approval", "Brand", "Campaign", "Template", "TestSend"]
