"""The one table of what each right, public page and task reaches: none, limited, phi or special.

A view declares its permission; the permission says here which data it may show at most. What a role
sees masked is of the class that it would be unmasked. A new right, public page or task that is
missing here fails a test.
"""

NONE, LIMITED, PHI, SPECIAL = "none", "limited", "phi", "special"

PERMISSIONS = {
    "account.own": NONE,
    "contacts.view": PHI,
    "contacts.reveal": PHI,
    "contacts.reveal_special": SPECIAL,
    "contacts.edit": SPECIAL,
    "contacts.import": PHI,
    "contacts.export": SPECIAL,
    "contacts.export_allow": NONE,
    "contacts.erase": PHI,
    "segments.view": PHI,
    "segments.edit": PHI,
    "templates.view": NONE,
    "templates.edit": NONE,
    "campaigns.view": PHI,
    "campaigns.edit": PHI,
    "campaigns.submit": NONE,
    "campaigns.approve": PHI,
    "campaigns.send": NONE,
    "campaigns.stop": NONE,
    "reports.view": LIMITED,
    "reports.people": PHI,
    "domains.view": NONE,
    "domains.edit": NONE,
    "policy.view": NONE,
    "policy.edit": NONE,
    "suppressions.view": LIMITED,
    "suppressions.edit": LIMITED,
    "baa.view": NONE,
    "baa.sign": NONE,
    "audit.view": LIMITED,
    "audit.edit": NONE,
    "audit.review": LIMITED,
    "audit.evidence": LIMITED,
    "alerts.view": NONE,
    "alerts.answer": NONE,
    "users.view": NONE,
    "users.edit": NONE,
    "emergency.take": NONE,
    "emergency.review": NONE,
    "support.open": NONE,
    "api_keys.view": NONE,
    "api_keys.edit": NONE,
    "api_keys.allow_phi": NONE,
    "settings.view": NONE,
    "keys.view": NONE,
    "keys.edit": NONE,
    "operator.tenants": NONE,
}

# By host, or by host and name where pages of one host differ. What a patient reads is their own.
PUBLIC = {
    "staff": NONE,
    "portal": SPECIAL,
    "links": LIMITED,
    "preview": PHI,
    "api": NONE,
}

# Whose right a task carries out, or "system", and what it reaches.
TASKS = {
    "accounts.tasks.expire_requests": ("system", NONE),
    "accounts.tasks.look_after_accounts": ("system", NONE),
    "accounts.tasks.look_after_emergencies": ("system", NONE),
    "accounts.tasks.reseal": ("keys.edit", SPECIAL),
    "accounts.tasks.wake_reseals": ("system", NONE),
    "audit.tasks.check_log": ("audit.view", LIMITED),
    "audit.tasks.sequence_events": ("system", NONE),
    "audit.tasks.wake_checks": ("system", NONE),
    "compliance.tasks.anchor_checkpoint": ("system", NONE),
    "compliance.tasks.anchor_due": ("system", NONE),
    "compliance.tasks.remind_reviewers": ("system", NONE),
    "compliance.tasks.check_domains": ("system", NONE),
    "compliance.tasks.check_due_domains": ("system", NONE),
    "compliance.tasks.run_due_retention": ("system", NONE),
    "compliance.tasks.run_retention": ("system", SPECIAL),
    "contacts.tasks.wake_exports": ("system", NONE),
    "contacts.tasks.wake_imports": ("system", NONE),
    "contacts.tasks.work_on_export": ("contacts.export", SPECIAL),
    "contacts.tasks.work_on_import": ("contacts.import", SPECIAL),
    "delivery.tasks.drain_system_mail": ("system", NONE),
    "delivery.tasks.expire_portal_messages": ("system", SPECIAL),
    "delivery.tasks.freeze_campaigns": ("campaigns.send", SPECIAL),
    "delivery.tasks.freeze_due": ("system", NONE),
    "delivery.tasks.recover_messages": ("system", NONE),
    "delivery.tasks.send_due": ("campaigns.send", SPECIAL),
    "delivery.tasks.wake_senders": ("system", NONE),
    "integrations.tasks.forget_old_answers": ("system", NONE),
}
