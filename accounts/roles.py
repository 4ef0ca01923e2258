"""The six roles of a workspace."""

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin", "Administrator"
    MARKETER = "marketer"
    ANALYST = "analyst"
    COMPLIANCE_OFFICER = "compliance_officer", "Compliance officer"
    AUDITOR = "auditor"


# What a person who chooses a role for somebody else is told about it.
PURPOSES = {
    Role.OWNER: "Signs the agreement, manages people, and may do what a marketer does.",
    Role.ADMIN: "Manages people, sender domains and keys. Sees no PHI.",
    Role.MARKETER: "Imports contacts, builds segments, writes campaigns and asks for approval.",
    Role.ANALYST: "Sees segments, campaigns and reports as counts, no people.",
    Role.COMPLIANCE_OFFICER: "Approves campaigns, sets policy, reviews the audit log.",
    Role.AUDITOR: "Looks at everything that proves compliance and changes nothing.",
}
