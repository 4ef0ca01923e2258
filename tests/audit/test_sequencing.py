"""From committed events to signed trees: nothing is lost, nothing is passed over, nobody else appends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, connections, transaction

from audit import merkle, notes, sequencing, signing
from audit import services as audit
from audit.models import Checkpoint, Leaf, PendingLeaf, SigningKey, Tree
from tenancy import clock, context
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope, tenant_scope
from tests.conftest import make_tenant
from tests.security.witness import is_waited_for, superuser
from tests.waiting import until


def leaves():
    return [bytes(leaf.hash) for leaf in Leaf.objects.order_by("seq")]


@pytest.fixture
def runtime():
    """A connection of its own, as a sequencer in another process has it."""
    at = settings.DATABASES["default"]
    with psycopg.connect(
        dbname=at["NAME"],
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"],
    ) as other:
        yield other


def test_an_event_waits_and_then_has_its_place(clinic, nurse):
    event = audit.record("contact.paused", actor=nurse, days=30)
    waiting = PendingLeaf.objects.get()
    assert waiting.id == event.id
    assert bytes(waiting.leaf_hash) == merkle.leaf_hash(event.leaf)
    sequencing.sequence()
    leaf = Leaf.objects.get()
    assert (leaf.id, leaf.seq, bytes(leaf.hash)) == (event.id, 0, merkle.leaf_hash(event.leaf))
    assert not PendingLeaf.objects.exists()


def test_the_tree_is_that_of_the_events_in_their_order(clinic, nurse):
    written = []
    for batch in (1, 2, 5, 1, 8):
        written += [audit.record("contact.paused", actor=nurse, days=n) for n in range(batch)]
        sequencing.sequence()
        tree = Tree.objects.get()
        assert tree.size == len(written)
        assert bytes(tree.root) == merkle.root([merkle.leaf_hash(e.leaf) for e in written])
        assert bytes(tree.frontier) == b"".join(merkle.frontier_of(leaves()))


def test_each_tenant_and_the_platform_have_trees_of_their_own(clinic, other_clinic, nurse):
    with tenant_scope(other_clinic.id):
        audit.record("contact.paused", actor=nurse)
    with platform_scope():
        audit.record_denial("session.started", actor=nurse, reason="password")
    for _ in range(2):
        audit.record("contact.paused", actor=nurse)
    sequencing.catch_up()
    assert Tree.objects.get().size == 2
    with tenant_scope(other_clinic.id):
        assert Tree.objects.get().size == 1
    with platform_scope():
        assert Checkpoint.objects.filter(note__startswith=sequencing.origin(PLATFORM_TENANT_ID))
        assert Tree.objects.get().size == Leaf.objects.count()


def test_a_late_commit_is_not_passed_over(clinic, nurse):
    with transaction.atomic(using=audit.DENIALS):
        late = audit.record_denial("contact.reveal", actor=nurse, reason="role")
        early = audit.record("contact.paused", actor=nurse)
        sequencing.sequence()
        assert [leaf.id for leaf in Leaf.objects.order_by("seq")] == [early.id]
    sequencing.sequence()
    assert [leaf.id for leaf in Leaf.objects.order_by("seq")] == [early.id, late.id]
    assert late.id < early.id


def test_what_was_rolled_back_never_enters(clinic, nurse):
    with transaction.atomic():
        audit.record("contact.paused", actor=nurse)
        transaction.set_rollback(True)
    sequencing.sequence()
    assert (Leaf.objects.count(), PendingLeaf.objects.count()) == (0, 0)


def test_a_sequencer_that_dies_loses_nothing(clinic, nurse, runtime):
    events = [audit.record("contact.paused", actor=nurse) for _ in range(3)]
    runtime.execute("SELECT set_config(%s, %s, true)", [context.SETTING, context.token(clinic.id)])
    (appended,) = runtime.execute("SELECT kernel.audit_append(10000)").fetchone()
    assert appended >= 3
    runtime.close()
    assert (Leaf.objects.count(), PendingLeaf.objects.count()) == (0, 3)
    sequencing.sequence()
    assert [leaf.id for leaf in Leaf.objects.order_by("seq")] == [event.id for event in events]


def test_a_checkpoint_is_signed_by_the_platform(clinic, nurse):
    audit.record("contact.paused", actor=nurse)
    sequencing.catch_up()
    kept = Checkpoint.objects.get()
    with platform_scope():
        public = signing.current().public_key().public_bytes_raw()
    opened = notes.open_note(kept.note, public)
    assert opened == (sequencing.origin(clinic.id), 1, merkle.root(leaves()))
    assert bytes(kept.public_key) == public


def test_an_unchanged_tree_is_not_signed_again(clinic, nurse):
    audit.record("contact.paused", actor=nurse)
    sequencing.catch_up()
    sequencing.catch_up()
    assert Checkpoint.objects.count() == 1


def test_a_busy_tenant_is_signed_once_a_minute(clinic, nurse):
    for _ in range(2):
        audit.record("contact.paused", actor=nurse)
        sequencing.sequence()
        sequencing.sign_grown()
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [1]
    sequencing.catch_up()
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [1, 2]


def test_is_signed_again_as_soon_as_a_minute_is_over(clinic, nurse):
    now = clock.now()
    for seconds, sizes in ((0, [1]), (59, [1]), (60, [1, 3]), (119, [1, 3]), (120, [1, 3, 5])):
        audit.record("contact.paused", actor=nurse)
        sequencing.sequence()
        with clock.at(now + timedelta(seconds=seconds)):
            sequencing.sign_grown()
        signed = Checkpoint.objects.order_by("size").values_list("size", flat=True)
        assert list(signed) == sizes


def test_tells_how_many_it_appended_and_signed(clinic, nurse, monkeypatch):
    sequencing.catch_up()
    monkeypatch.setattr(sequencing, "BATCH", 2)
    for _ in range(5):
        audit.record("contact.paused", actor=nurse)
    assert (sequencing.sequence(), sequencing.sequence()) == (5, 0)
    assert (sequencing.sign_grown(), sequencing.sign_grown()) == (1, 0)


def test_needs_nobodys_scope(nurse):
    tenant = make_tenant()
    with tenant_scope(tenant.id):
        audit.record("contact.paused", actor=nurse)
    assert sequencing.sequence() >= 1
    assert sequencing.sign_grown() >= 1
    with tenant_scope(tenant.id):
        note = Checkpoint.objects.get().note
    assert note.startswith(f"{settings.PUBLIC_DOMAIN}/audit/{tenant.id}\n1\n")


def test_nobody_appends_between_the_look_and_the_signature(clinic, nurse):
    audit.record("contact.paused", actor=nurse)
    sequencing.sequence()

    def sign():
        try:
            return sequencing.sign_grown(at_least_every=timedelta(0))
        finally:
            connections.close_all()

    def may_append(other):
        asked = "SELECT pg_try_advisory_xact_lock(hashtextextended('audit.sequencer', 0))"
        return other.execute(asked).fetchone()[0]

    with superuser() as admin, superuser() as other, ThreadPoolExecutor(1) as pool:
        with admin.transaction():
            admin.execute("SELECT id FROM audit_tree WHERE id = %s FOR UPDATE", [clinic.id])
            signed = pool.submit(sign)
            until(lambda: is_waited_for(admin), seconds=5)
            assert not may_append(other)
        assert signed.result() >= 1
        assert may_append(other)


def test_a_new_signing_key_leaves_old_checkpoints_valid(clinic, nurse):
    audit.record("contact.paused", actor=nurse)
    sequencing.catch_up()
    with platform_scope():
        before = SigningKey.objects.count()
        signing.rotate()
        assert SigningKey.objects.count() == before + 1
    audit.record("contact.paused", actor=nurse)
    sequencing.catch_up()
    old, new = Checkpoint.objects.order_by("size")
    assert bytes(old.public_key) != bytes(new.public_key)
    for kept in (old, new):
        assert notes.open_note(kept.note, bytes(kept.public_key)).size == kept.size


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_leaf SELECT * FROM audit_leaf",
        "UPDATE audit_leaf SET seq = 7",
        "DELETE FROM audit_leaf",
        "UPDATE audit_tree SET size = 0",
        "DELETE FROM audit_tree",
        "INSERT INTO audit_pendingleaf SELECT * FROM audit_pendingleaf",
        "DELETE FROM audit_pendingleaf",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET note = ''",
        "UPDATE audit_signingkey SET number = 9",
        "SELECT kernel.audit_grow(''::bytea, 0, ARRAY['\\x00'::bytea])",
        "INSERT INTO audit_subtree SELECT * FROM audit_subtree",
        "UPDATE audit_subtree SET hash = sha256('x')",
        "DELETE FROM audit_subtree",
        "SELECT kernel.audit_enqueue()",
        "ALTER TABLE audit_auditevent DISABLE TRIGGER enqueue_leaf",
    ],
)
def test_the_runtime_role_can_only_start_the_sequencer(clinic, nurse, statement):
    audit.record("contact.paused", actor=nurse)
    sequencing.catch_up()
    before = (leaves(), bytes(Tree.objects.get().root), Checkpoint.objects.get().note)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    assert (leaves(), bytes(Tree.objects.get().root), Checkpoint.objects.get().note) == before


def test_each_rotation_makes_the_next_key_once(clinic):
    with platform_scope():
        signing.current()
        assert SigningKey.objects.order_by("number").first().number == 1
        first, second = signing.rotate(), signing.rotate()
        assert second.number == first.number + 1
        newest = signing.current().public_key().public_bytes_raw()
        assert newest == bytes(second.public_key) != bytes(first.public_key)
        again = signing._make(second.number)  # as another process does at the same moment
        assert (again.pk, again.seed) == (second.pk, second.seed)
