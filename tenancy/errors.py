class DomainError(Exception):
    """A refusal that may be shown to the person who asked: its text says what to do."""


class TenantContextMissing(RuntimeError):
    """Code touched tenant data outside every tenant scope."""


class TenantContextChanged(RuntimeError):
    """The scope changed while a transaction of another tenant was open."""


class TenantContextExpired(RuntimeError):
    """The transaction is older than its tenant context may be."""
