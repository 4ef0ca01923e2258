"""What was asked for and refused, in words: permissions, and acts with a name only when they fail."""

from compliance.audit_words import sentence

ASKED = {
    "account.own": "Open the own account",
    "alerts.answer": "Answer alerts",
    "alerts.view": "See alerts",
    "api_keys.allow_phi": "Allow API keys to see PHI",
    "api_keys.edit": "Change API keys",
    "api_keys.view": "See API keys",
    "audit.edit": "Change how the audit log is kept",
    "audit.evidence": "Take evidence from the audit log",
    "audit.review": "Review the audit log",
    "audit.view": "See the audit log",
    "baa.sign": "Sign the agreement",
    "baa.view": "See the agreement",
    "campaign.approve": "Approve a campaign",
    "campaigns.approve": "Approve campaigns",
    "campaigns.edit": "Change campaigns",
    "campaigns.send": "Send campaigns",
    "campaigns.stop": "Stop campaigns",
    "campaigns.submit": "Submit campaigns for approval",
    "campaigns.view": "See campaigns",
    "contacts.edit": "Change people's data",
    "contacts.erase": "Erase people",
    "contacts.export": "Export people",
    "contacts.export_allow": "Allow an export of people",
    "contacts.import": "Import people",
    "contacts.reveal": "See people's data",
    "contacts.reveal_special": "See specially protected data",
    "contacts.view": "See people, masked",
    "domains.edit": "Change sender domains",
    "domains.view": "See sender domains",
    "emergency.review": "Review emergency access",
    "emergency.take": "Take emergency access",
    "ending.allow": "Decide the end of the workspace",
    "ending.ask": "End the workspace",
    "ending.view": "See the end of the workspace",
    "keys.edit": "Change encryption keys",
    "keys.view": "See encryption keys",
    "operator.tenants": "Run the platform",
    "policy.edit": "Change the policy",
    "policy.view": "See the policy",
    "portal.answer": "Open a portal message with a wrong answer",
    "portal.passkey": "Open a portal message with a passkey that was not accepted",
    "reports.people": "See the people behind a number",
    "undelivered.settle": "Deal with a reply or a message that did not arrive",
    "reports.view": "See reports",
    "segments.edit": "Change segments",
    "segments.view": "See segments",
    "settings.view": "See settings",
    "support.open": "Open a window for support",
    "suppressions.edit": "Change suppressed addresses",
    "suppressions.view": "See suppressed addresses",
    "templates.edit": "Change templates",
    "templates.view": "See templates",
    "users.edit": "Change who works here",
    "users.view": "See who works here",
}
BEYOND_SCOPES = "Call the API beyond the scopes of the key"


def refusal(action: str) -> str:
    """`contacts.edit` -> "Was refused: change people's data"."""
    words = BEYOND_SCOPES if action.startswith("api.") else ASKED.get(action) or sentence(action)
    return f"Was refused: {words[0].lower()}{words[1:]}"
