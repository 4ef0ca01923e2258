"""A superuser of PostgreSQL who changes what was anchored is found out. Each with its positive control."""

import re

import pytest

from audit import sequencing
from audit.models import AuditEvent
from tests.audit.exports import anchor, export, superuser, verdict, write_events

# The third event of the tenant, in the statements below.
THIRD = "(SELECT id FROM audit_leaf WHERE tenant_id = %(tenant)s AND seq = 2)"
FORGET_THE_TREE = [
    "DELETE FROM audit_leaf WHERE tenant_id = %(tenant)s",
    "DELETE FROM audit_tree WHERE tenant_id = %(tenant)s",
    "DELETE FROM audit_checkpoint WHERE tenant_id = %(tenant)s",
    "DELETE FROM audit_anchor WHERE tenant_id = %(tenant)s",
]
# What somebody who owns the server can do, and how the verifier begins its answer.
CHANGES = {
    "alters a column": (
        ["UPDATE audit_auditevent SET actor_name = 'Nobody' WHERE id = THIRD"],
        "event 2 was altered: actor_name differs from its leaf",
    ),
    "alters column and leaf": (
        [
            (
                "UPDATE audit_auditevent SET actor_name = 'Nobody', leaf = convert_to(replace("
                "convert_from(leaf, 'UTF8'), 'Nora Nurse', 'Nobody'), 'UTF8') WHERE id = THIRD"
            )
        ],
        "event 2 was altered: its leaf is not the one in the tree",
    ),
    "alters column, leaf and hash": (
        [
            (
                "UPDATE audit_auditevent SET actor_name = 'Nobody', leaf = convert_to(replace("
                "convert_from(leaf, 'UTF8'), 'Nora Nurse', 'Nobody'), 'UTF8') WHERE id = THIRD"
            ),
            (
                "UPDATE audit_leaf SET hash = (SELECT sha256('\\x00'::bytea || e.leaf) FROM audit_auditevent e"
                " WHERE e.id = audit_leaf.id) WHERE id = THIRD"
            ),
        ],
        "the checkpoint that was kept elsewhere has another root",
    ),
    "alters a sealed detail": (
        ["UPDATE audit_auditevent SET detail = set_byte(detail, 20, 1) WHERE id = THIRD"],
        "event 2 was altered: its detail does not open",
    ),
    "drops an event": (
        ["DELETE FROM audit_auditevent WHERE id = THIRD"],
        "event 2 is missing",
    ),
    "drops an event and its leaf": (
        [
            "DELETE FROM audit_auditevent WHERE id = THIRD",
            "DELETE FROM audit_leaf WHERE tenant_id = %(tenant)s AND seq = 2",
        ],
        "the tree should hold 6 events and holds 5",
    ),
    "drops the newest events": (
        [
            (
                "DELETE FROM audit_auditevent WHERE id IN"
                " (SELECT id FROM audit_leaf WHERE tenant_id = %(tenant)s AND seq > 2)"
            ),
            "DELETE FROM audit_leaf WHERE tenant_id = %(tenant)s AND seq > 2",
        ],
        "the tree should hold 6 events and holds 4",
    ),
    "reorders two events": (
        [
            "UPDATE audit_leaf SET seq = 99 WHERE tenant_id = %(tenant)s AND seq = 1",
            "UPDATE audit_leaf SET seq = 1 WHERE tenant_id = %(tenant)s AND seq = 3",
            "UPDATE audit_leaf SET seq = 3 WHERE tenant_id = %(tenant)s AND seq = 99",
        ],
        "the checkpoint that was kept elsewhere has another root",
    ),
    "inserts an event": (
        [
            (
                "INSERT INTO audit_auditevent (id, tenant_id, action, outcome, actor_kind, actor_id, actor_name,"
                " object_type, object_id, detail, salt, recorded_at, leaf) SELECT gen_random_uuid(), tenant_id,"
                " action, outcome, actor_kind, actor_id, actor_name, object_type, object_id, detail, salt,"
                " recorded_at, leaf FROM audit_auditevent WHERE id = THIRD"
            )
        ],
        r"event [0-9a-f-]{36} was put in past the tree$",
    ),
    "truncates everything of the tenant": (
        [
            "DELETE FROM audit_auditevent WHERE tenant_id = %(tenant)s",
            *FORGET_THE_TREE,
        ],
        "the checkpoint that was kept elsewhere holds 5 events, the export only 1",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_superuser_is_found_out(clinic, nurse, tmp_path, capsys, change):
    write_events(nurse)
    kept = anchor(tmp_path / "anchor.txt")
    before = tmp_path / "before.zip"
    statements, sentence = CHANGES[change]
    with superuser() as admin:
        for statement in statements:
            assert (
                admin.execute(statement.replace("THIRD", THIRD), {"tenant": clinic.id}).rowcount
                >= 1
            )
    code, said = verdict(capsys, export(before, nurse), "--against", kept)
    assert code == 1
    assert re.match(f"FAILED: {sentence}", said)


def test_without_a_superuser_the_same_steps_hold(clinic, nurse, tmp_path, capsys):
    write_events(nurse)
    kept = anchor(tmp_path / "anchor.txt")
    write_events(nurse)
    code, _ = verdict(capsys, export(tmp_path / "export.zip", nurse), "--against", kept)
    assert code == 0


def test_a_tree_that_was_built_anew_is_found_out_by_the_anchor_alone(
    clinic, nurse, tmp_path, capsys
):
    """The most that a superuser can do: alter, and let our own sequencer sign a tree over it."""
    write_events(nurse)
    kept = anchor(tmp_path / "anchor.txt")
    with superuser() as admin:
        for statement in FORGET_THE_TREE:
            admin.execute(statement, {"tenant": clinic.id})
        admin.execute(
            "DELETE FROM audit_auditevent WHERE id = (SELECT id FROM audit_auditevent"
            " WHERE tenant_id = %s ORDER BY id LIMIT 1)",
            [clinic.id],
        )
        admin.execute(
            "INSERT INTO audit_pendingleaf (id, tenant_id, leaf_hash, recorded_at) SELECT id, tenant_id,"
            " sha256('\\x00'::bytea || leaf), recorded_at FROM audit_auditevent WHERE tenant_id = %s",
            [clinic.id],
        )
    sequencing.catch_up()
    assert AuditEvent.objects.count() == 4
    path = export(tmp_path / "export.zip", nurse)
    assert verdict(capsys, path)[0] == 0
    code, said = verdict(capsys, path, "--against", kept)
    assert code == 1
    assert "the checkpoint that was kept elsewhere has another root" in said
