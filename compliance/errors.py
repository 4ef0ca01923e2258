from tenancy.errors import DomainError


class AgreementRequired(DomainError):
    """PHI may neither come in nor go out before an agreement is in force."""

    def __init__(self) -> None:
        super().__init__(
            "A business associate agreement must be in force first. "
            "Sign it under Compliance; it takes effect when Sealpost has countersigned."
        )


class WorkspaceEnding(DomainError):
    """Nothing comes in or goes out of a workspace that is frozen."""

    def __init__(self) -> None:
        super().__init__(
            "This workspace is ending: nothing is imported, sent or exported one by one any more. "
            "An owner takes all of its data along under Settings, End of this workspace."
        )


class AgreementNotSignable(DomainError):
    """A signature already waits for its counterpart, or no purpose was chosen."""


class AgreementNotPending(DomainError):
    """Only an agreement that waits for us can be countersigned."""


class AgreementNotInForce(DomainError):
    """Only an agreement in force can be ended."""


class DomainNotAdded(DomainError):
    """The name is not a domain that can send, or it was added before."""


class KeysNotReplaced(DomainError):
    """Others wait for their records, or there are none to discard."""


class CertificateRefused(DomainError):
    """Mail could not rely on the certificate. The text says why, and what to do."""


class SenderNotAdded(DomainError):
    """The address is not valid, or it exists."""


class SenderInUse(DomainError):
    """A domain with senders cannot be removed."""


class AuditNeverShorter(DomainError):
    """Events were recorded under the promise to stay as long as that."""

    def __init__(self) -> None:
        super().__init__("The audit log never stays shorter than it was promised to.")


class NotLiftedBySystems(DomainError):
    """The person said it, so a member of staff has to take it back."""

    def __init__(self) -> None:
        super().__init__(
            "The person asked for this, or called your mail spam. Lift it in Sealpost, "
            "Compliance, Suppressed addresses, after you talked with them."
        )


class NotSuppressible(DomainError):
    """The text is not an email address."""
