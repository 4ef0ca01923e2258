"""Proofs read some stored subtrees, say the same bytes as from all leaves, and a changed one is found."""

import math

import pytest
from django.db import connection

from audit import checking, merkle, notes, queries, sequencing, subtrees
from audit import services as audit
from audit.models import Leaf, Subtree
from tenancy.scope import tenant_scope
from tests.audit import full_proofs
from tests.audit.exports import superuser

# Rows as `record` makes them, but for their seals: only their leaves matter here.
FILL = """
INSERT INTO audit_auditevent (id, tenant_id, action, outcome, actor_kind, actor_id, actor_name, object_type,
    object_id, detail, recorded_at, leaf)
SELECT gen_random_uuid(), %s, 'contact.paused', 'done', 'system', 'x', 'X', '', '', '\\x00', now(),
    convert_to('leaf ' || number, 'UTF8')
FROM generate_series(1, %s) AS number
"""
SIZES = (1, 15, 16, 17, 255, 256, 257, 700)


def grow(clinic, count):
    with connection.cursor() as cursor:
        cursor.execute(FILL, [clinic.id, count])
    sequencing.catch_up()
    return [bytes(value) for value in Leaf.objects.order_by("seq").values_list("hash", flat=True)]


@pytest.fixture
def leaves(clinic):
    """Grown in batches whose ends are beside the ends of subtrees."""
    for count in (1, 14, 1, 239, 2, 443):
        found = grow(clinic, count)
    assert len(found) == 700
    return found


def test_every_proof_is_that_of_all_leaves(leaves):
    for size in SIZES:
        for index in {0, size // 3, size // 2, size - 1}:
            path = merkle.inclusion_path(size, index)
            assert subtrees.roots(path) == full_proofs.inclusion(leaves[:size], index)
            path = merkle.consistency_path(size, index + 1)
            assert subtrees.roots(path) == full_proofs.consistency(leaves[:size], index + 1)


def test_the_proofs_of_the_newest_checkpoint_are_those_of_all_leaves(leaves):
    leaf = Leaf.objects.get(seq=411)
    found = queries.inclusion(leaf.pk)
    assert (found.seq, found.checkpoint.size) == (411, 700)
    assert found.hashes == full_proofs.inclusion(leaves, 411)
    grown = queries.consistency(notes.Checkpoint("x", 256, merkle.root(leaves[:256])))
    assert grown.hashes == full_proofs.consistency(leaves, 256)


@pytest.mark.parametrize("size", [700, 4500])
def test_a_proof_reads_few_rows_however_large_the_tree(clinic, size, django_assert_num_queries):
    grow(clinic, size)
    most = 8 * math.ceil(math.log2(size))
    for index in (0, size // 3, size - 1):
        path = merkle.inclusion_path(size, index)
        nodes = {
            node
            for span in path
            for subtree in merkle.complete_subtrees(span)
            for node in subtrees._below(subtree)
        }
        assert len(nodes) <= most
        with django_assert_num_queries(2):
            subtrees.roots(path)


def test_the_sequencer_stores_what_grows_in_memory(leaves):
    growing, expected = subtrees.Growing(), {}
    for leaf in leaves:
        expected |= growing.append(leaf)
    assert len(expected) == 700 // 16 + 700 // 256
    assert subtrees.completed(0, 700) == expected
    assert expected[8, 1] == merkle.root(leaves[256:512])
    assert subtrees.completed(256, 271) == {}
    assert set(subtrees.completed(256, 272)) == {(4, 16)}
    assert subtrees.longest() == 43 * 16


def test_each_tenant_has_its_own(leaves, other_clinic):
    with tenant_scope(other_clinic.id):
        assert not Subtree.objects.exists()
        other = grow(other_clinic, 16)
        assert bytes(Subtree.objects.get().hash) == merkle.root(other)


# What a superuser does to stored subtrees, and what the check says of it.
CHANGES = {
    "alters one": (
        "UPDATE audit_subtree SET hash = sha256('x') WHERE tenant_id = %s AND level = 4 AND place = 1",
        "The stored subtree of the events 16 to 31 is not theirs.",
    ),
    "deletes one": (
        "DELETE FROM audit_subtree WHERE tenant_id = %s AND level = 4 AND place = 1",
        "The stored subtree of the events 16 to 31 is not theirs.",
    ),
    "adds one past the end": (
        (
            "INSERT INTO audit_subtree (id, tenant_id, level, place, hash) SELECT gen_random_uuid(), tenant_id,"
            " 8, 99, hash FROM audit_subtree WHERE tenant_id = %s LIMIT 1"
        ),
        "A stored subtree reaches past the end of the tree.",
    ),
}


def check(actor):
    job = checking.start(actor=actor)
    checking.work_on(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("change", CHANGES)
def test_the_check_finds_what_a_superuser_did_to_one(clinic, nurse, change):
    for days in range(40):
        audit.record("contact.paused", actor=nurse, days=days)
    sequencing.catch_up()
    statement, sentence = CHANGES[change]
    with superuser() as admin:
        assert admin.execute(statement, [clinic.id]).rowcount == 1
    job = check(nurse)
    assert (job.status, job.problem) == ("failed", sentence)


def test_the_check_passes_what_nobody_touched(clinic, nurse):
    for days in range(40):
        audit.record("contact.paused", actor=nurse, days=days)
    assert (check(nurse).status, Subtree.objects.count()) == ("succeeded", 2)


@pytest.mark.parametrize(("level", "place"), [(4, 1), (8, 0)])
def test_no_proof_is_made_over_a_hole(leaves, clinic, level, place):
    with superuser() as admin:
        statement = "DELETE FROM audit_subtree WHERE tenant_id = %s AND level = %s AND place = %s"
        assert admin.execute(statement, [clinic.id, level, place]).rowcount == 1
    with pytest.raises(subtrees.TreeDamaged, match="hole"):
        subtrees.roots([(16, 32), (0, 256)])
