"""People who sign in, what they may do in which workspace, and how they prove who they are.

Secrets and sessions belong to the platform's tenant: they exist before it is known which workspace
somebody works in, and no workspace may read them.
"""

from accounts.models.api_keys import AccessToken, ApiKey, UsedAssertion
from accounts.models.countersignatures import Countersignature
from accounts.models.entitlements import Entitlement
from accounts.models.exceptional import EmergencyAccess, SupportGrant
from accounts.models.factors import RecoveryCode, TotpDevice
from accounts.models.form_answers import FormAnswer
from accounts.models.passkeys import Passkey, PasskeyChallenge
from accounts.models.people import Invitation, Membership, User
from accounts.models.security import SecuritySettings
from accounts.models.sessions import Session, SignInFailures
from accounts.models.unreached import UnreachedAddress

__all__ = [
    "AccessToken",
    "ApiKey",
    "Countersignature",
    "EmergencyAccess",
    "Entitlement",
    "FormAnswer",
    "Invitation",
    "Membership",
    "Passkey",
    "PasskeyChallenge",
    "RecoveryCode",
    "SecuritySettings",
    "Session",
    "SignInFailures",
    "SupportGrant",
    "TotpDevice",
    "UnreachedAddress",
    "UsedAssertion",
    "User",
]
