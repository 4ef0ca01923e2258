from compliance.models.agreement import Agreement
from compliance.models.alert import Alert
from compliance.models.policy import Policy
from compliance.models.sender import Sender, SenderDomain
from compliance.models.suppression import Suppression

__all__ = ["Agreement", "Alert", "Policy", "Sender", "SenderDomain", "Suppression"]
