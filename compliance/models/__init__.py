from compliance.models.agreement import Agreement
from compliance.models.alert import Alert
from compliance.models.policy import Policy
from compliance.models.retention import RetentionSettings
from compliance.models.sender import Sender, SenderDomain
from compliance.models.suppression import Suppression

__all__ = [
    "Agreement",
    "Alert",
    "Policy",
    "RetentionSettings",
    "Sender",
    "SenderDomain",
    "Suppression",
]
