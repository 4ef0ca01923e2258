from compliance.models.agreement import Agreement
from compliance.models.alert import Alert
from compliance.models.dkim_key import DkimKey
from compliance.models.ending import DataReturn, Ending, ReturnChunk
from compliance.models.hold import LegalHold
from compliance.models.policy import Policy
from compliance.models.retention import RetentionSettings
from compliance.models.review import Review, ReviewPlan, SavedView
from compliance.models.run import RetentionRun
from compliance.models.sender import Sender, SenderDomain
from compliance.models.sender_certificate import SenderCertificate
from compliance.models.suppression import Suppression
from compliance.models.withdrawn_certificate import WithdrawnCertificate

__all__ = [
    "Agreement",
    "Alert",
    "DataReturn",
    "DkimKey",
    "Ending",
    "LegalHold",
    "Policy",
    "RetentionRun",
    "RetentionSettings",
    "ReturnChunk",
    "Review",
    "ReviewPlan",
    "SavedView",
    "Sender",
    "SenderCertificate",
    "SenderDomain",
    "Suppression",
    "WithdrawnCertificate",
]
