"""What is one email address, in letters of any script."""

from django.core.validators import validate_email

from tenancy.local_parts import spelled_plainly


def require_address(text: str) -> None:
    """Raises ValidationError for anything else."""
    local_part, _, domain = text.rpartition("@")
    validate_email(f"{spelled_plainly(local_part)}@{domain}")
