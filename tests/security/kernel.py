"""The kernel: what keeps tenants apart and what proves it. Each module with the tests that hold it in place."""

TENANCY = "tests/tenancy/"
AUDIT = "tests/audit/"
EDGES = f"{TENANCY}test_kernel_edges.py"
KEYRING = f"{TENANCY}test_keyring.py"
VERSIONS = f"{TENANCY}test_versions.py"
ROTATION = (f"{TENANCY}test_rotation.py", f"{TENANCY}test_resealing.py", VERSIONS, EDGES)
CONTEXT = (f"{TENANCY}test_context.py", f"{TENANCY}test_scope.py", EDGES)
FETCH = (f"{TENANCY}test_fetch.py", "tests/security/test_one_web_door.py")
DESTRUCTION = "tests/compliance/test_destruction.py"
FREEZING = ("tests/compliance/test_frozen_tables.py", EDGES)
SEQUENCING = (f"{AUDIT}test_sequencing.py", f"{AUDIT}test_notes.py")

# Walls, keys, rights, the gate and the tree: also tried with mutants, two modules at a time in this order.
# The first takes longest; roles belong to the server, so the second and the third have to take turns.
CORE: dict[str, tuple[str, ...]] = {
    "accounts/permissions.py": ("tests/accounts/test_may.py", "tests/accounts/test_permissions.py"),
    "tenancy/catalogue.py": (f"{TENANCY}test_catalogue.py", EDGES),
    "tenancy/catalogue_roles.py": (f"{TENANCY}test_catalogue.py",),
    "audit/merkle.py": (f"{AUDIT}test_merkle.py",),
    "tenancy/scope.py": (f"{TENANCY}test_scope.py", f"{TENANCY}test_context.py"),
    "tenancy/context.py": CONTEXT,
    "tenancy/context_keys.py": CONTEXT,
    "tenancy/backend/base.py": CONTEXT,
    "tenancy/keyring.py": (KEYRING, VERSIONS, *CONTEXT),
    "tenancy/sealing.py": (KEYRING, VERSIONS, EDGES),
    "tenancy/versions.py": (*ROTATION, KEYRING, f"{TENANCY}test_context.py"),
    "tenancy/fields.py": (KEYRING, *ROTATION),
    "tenancy/rotation.py": ROTATION,
    "tenancy/tasks.py": (f"{TENANCY}test_tasks.py",),
    "accounts/roles.py": ("tests/accounts/test_may.py", "tests/accounts/test_permissions.py"),
    "accounts/rights.py": ("tests/accounts/test_leaving.py",),
    "compliance/gate.py": (
        "tests/compliance/test_gate.py",
        "tests/compliance/test_gate_routes.py",
    ),
    "audit/leaf.py": (f"{AUDIT}test_leaf.py",),
    "audit/notes.py": (f"{AUDIT}test_notes.py",),
    "audit/sequencing.py": SEQUENCING,
    "audit/signing.py": SEQUENCING,
}
KERNEL: dict[str, tuple[str, ...]] = CORE | {
    "tenancy/apps.py": (EDGES,),
    "tenancy/clock.py": (KEYRING, EDGES),
    "tenancy/destroying.py": (DESTRUCTION,),
    "tenancy/environment.py": (f"{TENANCY}test_environment.py",),
    "tenancy/errors.py": (EDGES,),
    "tenancy/fetch.py": FETCH,
    "tenancy/freezing.py": FREEZING,
    "tenancy/hardening.py": (EDGES,),
    "tenancy/ids.py": (EDGES,),
    "tenancy/inventory.py": (f"{TENANCY}test_inventory.py",),
    "tenancy/kms.py": (VERSIONS, KEYRING),
    "tenancy/local_parts.py": ("tests/delivery/test_international.py",),
    "tenancy/log_lines.py": ("tests/security/test_errors.py",),
    "tenancy/models.py": (f"{TENANCY}test_jobs.py", EDGES, DESTRUCTION),
    "tenancy/origins.py": ("tests/accounts/test_countersignatures.py",),
    "tenancy/provisioning.py": (EDGES,),
    "tenancy/public_address.py": FETCH,
    "tenancy/ranked.py": (f"{TENANCY}test_ranked.py",),
    "tenancy/removal.py": (
        "tests/compliance/test_holds.py",
        "tests/compliance/test_disposal_walls.py",
    ),
    "tenancy/resealing.py": ROTATION,
    "tenancy/router.py": (EDGES,),
    "tenancy/services.py": (f"{TENANCY}test_jobs.py", EDGES),
    "tenancy/source.py": (f"{AUDIT}test_source.py", f"{TENANCY}test_tasks.py"),
    "tenancy/spreadsheets.py": (f"{TENANCY}test_spreadsheets.py",),
    "tenancy/timed_socket.py": FETCH,
    "tenancy/token_bucket.py": (f"{TENANCY}test_token_bucket.py",),
    "tenancy/web_address.py": FETCH,
    "tenancy/while_frozen.py": FREEZING,
    "audit/subtrees.py": (f"{AUDIT}test_subtrees.py", "tests/compliance/test_integrity.py"),
}
# These run in a process of their own, as another role, before any test does (dev/ephemeral.py).
OUTSIDE = "tenancy/management/"
