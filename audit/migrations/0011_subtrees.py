"""The sequencer stores the roots of complete subtrees beside the leaves, so that a proof need not read all.

The rows are the sequencer's alone, as leaves are: from the trigger to the tree nothing leaves the database.
"""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.ids
import tenancy.scope

WALLS = """
SELECT kernel.guard_append_only('audit_subtree');
REVOKE INSERT, UPDATE, DELETE ON audit_subtree FROM sealpost_runtime;
ALTER TABLE audit_subtree ADD CONSTRAINT audit_subtree_hash_is_sha256 CHECK (octet_length(hash) = 32);
GRANT SELECT, INSERT ON audit_subtree TO sealpost_scheduler;
"""
# As kernel.audit_frontier, which it replaces, and beside it each root of a fourth level on the way.
GROW = r"""
CREATE FUNCTION kernel.audit_grow(
    frontier bytea, size bigint, hashes bytea[],
    OUT grown bytea, OUT levels integer[], OUT places bigint[], OUT roots bytea[])
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
DECLARE
    subtrees bytea[];
    height integer := octet_length(frontier) / 32;
    node bytea;
    place bigint;
    level integer;
BEGIN
    levels := '{}';
    places := '{}';
    roots := '{}';
    SELECT array_agg(substr(frontier, i * 32 + 1, 32) ORDER BY i) INTO subtrees
    FROM generate_series(0, height - 1) AS i;
    FOREACH node IN ARRAY hashes LOOP
        place := size;
        level := 0;
        WHILE place & 1 = 1 LOOP
            node := sha256('\x01'::bytea || subtrees[height] || node);
            height := height - 1;
            place := place >> 1;
            level := level + 1;
            IF level & 3 = 0 THEN
                levels := levels || level;
                places := places || place;
                roots := roots || node;
            END IF;
        END LOOP;
        height := height + 1;
        subtrees[height] := node;
        size := size + 1;
    END LOOP;
    grown := (SELECT string_agg(subtrees[i], ''::bytea ORDER BY i) FROM generate_series(1, height) AS i);
END $$;
ALTER FUNCTION kernel.audit_grow(bytea, bigint, bytea[]) OWNER TO sealpost_scheduler;
REVOKE ALL ON FUNCTION kernel.audit_grow(bytea, bigint, bytea[]) FROM PUBLIC;
"""
STORE = """
DO $$ BEGIN
    EXECUTE replace(replace(pg_get_functiondef('kernel.audit_append(integer)'::regprocedure),
        $old$    appended bigint := 0;$old$,
        $new$    appended bigint := 0;
    added record;$new$),
        $old$        grown.frontier := kernel.audit_frontier(grown.frontier, grown.size, grown.hashes);$old$,
        $new$        SELECT * INTO added FROM kernel.audit_grow(grown.frontier, grown.size, grown.hashes);
        grown.frontier := added.grown;
        INSERT INTO public.audit_subtree (id, tenant_id, level, place, hash)
        SELECT gen_random_uuid(), grown.tenant_id, found.level, found.place, found.root
        FROM unnest(added.levels, added.places, added.roots) AS found (level, place, root);$new$);
END $$;
DROP FUNCTION kernel.audit_frontier(bytea, bigint, bytea[]);
"""
# Trees of before, in steps that fit into memory.
FIRST = """
DO $$
DECLARE
    tree record;
    added record;
    known bytea;
    hashes bytea[];
    reached bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.sequencer', 0));
    FOR tree IN SELECT tenant_id, size FROM public.audit_tree LOOP
        known := '';
        reached := 0;
        WHILE reached < tree.size LOOP
            SELECT array_agg(leaf.hash ORDER BY leaf.seq) INTO hashes FROM public.audit_leaf AS leaf
            WHERE leaf.tenant_id = tree.tenant_id AND leaf.seq >= reached AND leaf.seq < reached + 65536;
            EXIT WHEN hashes IS NULL;
            SELECT * INTO added FROM kernel.audit_grow(known, reached, hashes);
            INSERT INTO public.audit_subtree (id, tenant_id, level, place, hash)
            SELECT gen_random_uuid(), tree.tenant_id, found.level, found.place, found.root
            FROM unnest(added.levels, added.places, added.roots) AS found (level, place, root);
            known := added.grown;
            reached := reached + cardinality(hashes);
        END LOOP;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0010_archives_go_with_their_workspace")]
    operations = [
        migrations.CreateModel(
            name="Subtree",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("place", models.PositiveBigIntegerField()),
                ("hash", models.BinaryField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "level", "place"), name="audit_subtree_one_for_a_run"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", list(range(4, 64, 4)))),
                        name="audit_subtree_of_a_fourth_level",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(GROW, migrations.RunSQL.noop),
        migrations.RunSQL(STORE, migrations.RunSQL.noop),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
    ]
