"""A proof is checked before it is given out: whatever a superuser did to the rows, none misleads."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import merkle, notes, queries, sequencing
from audit import services as audit
from audit.models import Checkpoint, Leaf
from audit.subtrees import TreeDamaged
from tests.audit.exports import superuser

EVENTS, SIGNED_BEFORE = 280, 100
# What is done to the rows of a clinic, and whether the proof of growth from `SIGNED_BEFORE` reads any of them.
DAMAGES = {
    "alters a subtree": (
        "UPDATE audit_subtree SET hash = sha256('x') WHERE level = 4 AND place = 3 AND tenant_id = %s",
        True,
    ),
    "alters a large subtree": (
        "UPDATE audit_subtree SET hash = sha256('x') WHERE level = 8 AND tenant_id = %s",
        False,
    ),
    "puts one subtree in the place of another": (
        (
            "UPDATE audit_subtree SET hash = (SELECT hash FROM audit_subtree AS other WHERE"
            " other.tenant_id = audit_subtree.tenant_id AND level = 4 AND place = 1)"
            " WHERE level = 4 AND place = 0 AND tenant_id = %s"
        ),
        True,
    ),
    "deletes a subtree": (
        "DELETE FROM audit_subtree WHERE level = 4 AND place = 5 AND tenant_id = %s",
        True,
    ),
    "alters a leaf": (
        "UPDATE audit_leaf SET hash = sha256('x') WHERE seq = 7 AND tenant_id = %s",
        False,
    ),
    "deletes a leaf": ("DELETE FROM audit_leaf WHERE seq = 7 AND tenant_id = %s", False),
    "alters what the newest note says": (
        (
            "UPDATE audit_checkpoint SET note = replace(note, E'\\n280\\n', E'\\n281\\n')"
            " WHERE tenant_id = %s"
        ),
        True,
    ),
}


@pytest.fixture
def log(clinic, nurse):
    """The ids of its events in their places, and the roots that were signed, as an outsider keeps them."""
    for count in (SIGNED_BEFORE, EVENTS - SIGNED_BEFORE):
        for days in range(count):
            audit.record("contact.paused", actor=nurse, days=days)
        sequencing.catch_up()
    leaves = [(leaf.pk, bytes(leaf.hash)) for leaf in Leaf.objects.order_by("seq")]
    return leaves, {
        size: bytes(root) for size, root in Checkpoint.objects.values_list("size", "root")
    }


def asked_for(log):
    """How many proofs are given and refused; each that is given leads to what was signed."""
    leaves, roots = log
    given = refused = 0
    for place in range(0, EVENTS, 9):
        try:
            proof = queries.inclusion(leaves[place][0])
        except TreeDamaged:
            refused += 1
        else:
            given += proof is not None
            if proof:
                merkle.check_inclusion(
                    leaves[place][1],
                    index=place,
                    size=EVENTS,
                    proof=proof.hashes,
                    root=roots[EVENTS],
                )
    return given, refused


def grown(log):
    """The same for the proof that the tree continues what was signed before."""
    _, roots = log
    proof = queries.consistency(notes.Checkpoint("x", SIGNED_BEFORE, roots[SIGNED_BEFORE]))
    merkle.check_consistency(
        old_size=SIGNED_BEFORE, old_root=roots[SIGNED_BEFORE],
        size=EVENTS, root=roots[EVENTS], proof=proof.hashes,
    )  # fmt: skip


def test_every_proof_leads_to_what_was_signed(log):
    assert asked_for(log) == (len(range(0, EVENTS, 9)), 0)
    grown(log)


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_proof_misleads(clinic, log, damage):
    statement, is_read = DAMAGES[damage]
    with superuser() as admin:
        assert admin.execute(statement, [clinic.id]).rowcount >= 1
    _, refused = asked_for(log)
    assert refused > 0
    if is_read:
        with pytest.raises(TreeDamaged):
            grown(log)
    else:
        grown(log)


def test_a_column_beside_the_note_misleads_nobody(clinic, log):
    with superuser() as admin:
        admin.execute(
            "UPDATE audit_checkpoint SET root = sha256('x') WHERE tenant_id = %s", [clinic.id]
        )
    assert asked_for(log)[1] == 0
    grown(log)


def test_what_somebody_else_signed_is_proof_of_nothing(clinic, log):
    own = Ed25519PrivateKey.generate()
    leaves, roots = log
    signed = notes.Checkpoint(sequencing.origin(clinic.id), EVENTS, roots[EVENTS])
    public = own.public_key().public_bytes_raw()
    with superuser() as admin:
        admin.execute(
            "UPDATE audit_checkpoint SET note = %s, public_key = %s WHERE size = %s AND tenant_id = %s",
            [notes.sign(signed, own), public, EVENTS, clinic.id],
        )
    with pytest.raises(TreeDamaged, match="as we signed it"):
        queries.inclusion(leaves[0][0])
    with pytest.raises(TreeDamaged, match="as we signed it"):
        grown(log)


def test_another_log_is_not_continued(log):
    """As when leaves, subtrees and the newest signature were made anew, and somebody kept an older one."""
    other = notes.Checkpoint("x", SIGNED_BEFORE, merkle.leaf_hash(b"another"))
    with pytest.raises(TreeDamaged, match="does not lead"):
        queries.consistency(other)


def test_a_log_that_was_cut_off_is_not_continued(log):
    longer = notes.Checkpoint("x", EVENTS + 1, merkle.leaf_hash(b"any"))
    with pytest.raises(TreeDamaged, match="shorter"):
        queries.consistency(longer)
