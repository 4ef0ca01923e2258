"""The queue of the tree, filled by a trigger, and the functions that alone may append to it.

Whoever has the runtime role's rights can start the sequencer, but cannot say what it appends: hashes go from
the trigger to the tree without leaving the database. The functions belong to the scheduler role, which may
see these tables and no event.
"""

from django.db import migrations, models

# Events from before the tree: their leaf says what their columns say, and nothing of the sealed detail.
FIRST_LEAVES = """
CREATE FUNCTION kernel.audit_first_leaf(event audit_auditevent) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT convert_to(concat(
        '{"action":', to_json(event.action),
        ',"actor":{"id":', to_json(event.actor_id), ',"kind":', to_json(event.actor_kind),
        ',"name":', to_json(event.actor_name),
        '},"id":', to_json(event.id),
        ',"object":{"id":', to_json(event.object_id), ',"type":', to_json(event.object_type),
        '},"outcome":', to_json(event.outcome),
        ',"recorded_at":"',
        to_char(event.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        '","tenant":', to_json(event.tenant_id), ',"v":0}'), 'UTF8')
$$;
REVOKE ALL ON FUNCTION kernel.audit_first_leaf FROM PUBLIC;

ALTER TABLE audit_auditevent DISABLE TRIGGER append_only_rows;
UPDATE audit_auditevent AS event SET leaf = kernel.audit_first_leaf(event);
ALTER TABLE audit_auditevent ENABLE TRIGGER append_only_rows;
INSERT INTO audit_pendingleaf (id, tenant_id, leaf_hash, recorded_at)
SELECT id, tenant_id, sha256(decode('00', 'hex') || leaf), recorded_at FROM audit_auditevent;
"""

WALLS = """
SELECT kernel.guard('audit_pendingleaf');
SELECT kernel.guard_append_only('audit_leaf');
SELECT kernel.guard('audit_tree');
SELECT kernel.guard_append_only('audit_checkpoint');
SELECT kernel.guard_append_only('audit_signingkey');
REVOKE INSERT, UPDATE, DELETE ON audit_pendingleaf, audit_leaf, audit_tree, audit_checkpoint
    FROM sealpost_runtime;
ALTER TABLE audit_leaf ADD CONSTRAINT audit_leaf_hash_is_sha256 CHECK (octet_length(hash) = 32);

GRANT SELECT, INSERT, DELETE ON audit_pendingleaf TO sealpost_scheduler;
GRANT SELECT, INSERT ON audit_leaf, audit_checkpoint TO sealpost_scheduler;
GRANT SELECT, INSERT, UPDATE ON audit_tree TO sealpost_scheduler;
"""

APPEND = """
CREATE FUNCTION kernel.audit_enqueue() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO public.audit_pendingleaf (id, tenant_id, leaf_hash, recorded_at)
    SELECT id, tenant_id, sha256('\\x00'::bytea || leaf), recorded_at FROM added;
    RETURN NULL;
END $$;

-- RFC 6962 2.1: the roots of the complete subtrees, largest first, after more leaves.
CREATE FUNCTION kernel.audit_frontier(frontier bytea, size bigint, hashes bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
DECLARE
    subtrees bytea[];
    height integer := octet_length(frontier) / 32;
    node bytea;
    place bigint;
BEGIN
    SELECT array_agg(substr(frontier, i * 32 + 1, 32) ORDER BY i) INTO subtrees
    FROM generate_series(0, height - 1) AS i;
    FOREACH node IN ARRAY hashes LOOP
        place := size;
        WHILE place & 1 = 1 LOOP
            node := sha256('\\x01'::bytea || subtrees[height] || node);
            height := height - 1;
            place := place >> 1;
        END LOOP;
        height := height + 1;
        subtrees[height] := node;
        size := size + 1;
    END LOOP;
    RETURN (SELECT string_agg(subtrees[i], ''::bytea ORDER BY i) FROM generate_series(1, height) AS i);
END $$;

CREATE FUNCTION kernel.audit_root(frontier bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
DECLARE
    root bytea := substr(frontier, octet_length(frontier) - 31, 32);
BEGIN
    FOR i IN REVERSE octet_length(frontier) / 32 - 2 .. 0 LOOP
        root := sha256('\\x01'::bytea || substr(frontier, i * 32 + 1, 32) || root);
    END LOOP;
    RETURN root;
END $$;

-- Takes what has been committed, whichever transaction was late, and gives each its place. One transaction:
-- a crash leaves everything in the queue. Whoever comes second waits. Answers how many.
CREATE FUNCTION kernel.audit_append(batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    grown record;
    appended bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.sequencer', 0));
    FOR grown IN
        WITH claimed AS (
            DELETE FROM public.audit_pendingleaf WHERE id IN (
                SELECT id FROM public.audit_pendingleaf ORDER BY id LIMIT batch)
            RETURNING id, tenant_id, leaf_hash, recorded_at
        ), placed AS (
            INSERT INTO public.audit_leaf (id, tenant_id, seq, hash)
            SELECT claimed.id, claimed.tenant_id, coalesce(tree.size, 0) - 1
                + row_number() OVER (PARTITION BY claimed.tenant_id ORDER BY recorded_at, claimed.id),
                leaf_hash
            FROM claimed LEFT JOIN public.audit_tree AS tree ON tree.tenant_id = claimed.tenant_id
            RETURNING tenant_id, seq, hash
        )
        SELECT placed.tenant_id, coalesce(tree.size, 0) AS size,
            coalesce(tree.frontier, ''::bytea) AS frontier, array_agg(hash ORDER BY seq) AS hashes
        FROM placed LEFT JOIN public.audit_tree AS tree ON tree.tenant_id = placed.tenant_id
        GROUP BY placed.tenant_id, tree.size, tree.frontier
    LOOP
        grown.frontier := kernel.audit_frontier(grown.frontier, grown.size, grown.hashes);
        appended := appended + cardinality(grown.hashes);
        INSERT INTO public.audit_tree (id, tenant_id, size, frontier, root, signed_size)
        VALUES (grown.tenant_id, grown.tenant_id, grown.size + cardinality(grown.hashes),
            grown.frontier, kernel.audit_root(grown.frontier), 0)
        ON CONFLICT (id) DO UPDATE
            SET size = excluded.size, frontier = excluded.frontier, root = excluded.root;
    END LOOP;
    RETURN appended;
END $$;
"""

SIGN = """
-- Trees that grew since they were last signed, unless that was after `quiet_since`. Holds the sequencer off
-- until the transaction ends, so that what is signed is what was answered.
CREATE FUNCTION kernel.audit_unsigned(quiet_since timestamptz)
RETURNS TABLE (tenant_id uuid, size bigint, root bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.sequencer', 0));
    RETURN QUERY SELECT tree.tenant_id, tree.size, tree.root FROM public.audit_tree AS tree
    WHERE tree.signed_size < tree.size AND (tree.signed_at IS NULL OR tree.signed_at <= quiet_since)
    ORDER BY tree.tenant_id;
END $$;

CREATE FUNCTION kernel.audit_sign(
    ids uuid[], tenants uuid[], sizes bigint[], notes text[], public_key bytea, moment timestamptz)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH signed AS (
        UPDATE public.audit_tree AS tree SET signed_size = tree.size, signed_at = moment
        FROM unnest(ids, tenants, sizes, notes) AS given (id, tenant_id, size, note)
        WHERE tree.id = given.tenant_id AND tree.size = given.size
        RETURNING given.id, tree.tenant_id, tree.size, tree.root, given.note
    ), kept AS (
        INSERT INTO public.audit_checkpoint (id, tenant_id, size, root, note, public_key, signed_at)
        SELECT id, tenant_id, size, root, note, public_key, moment FROM signed RETURNING 1
    )
    SELECT count(*) FROM kept
$$;
"""

RIGHTS = """
DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'kernel.audit_enqueue()', 'kernel.audit_frontier(bytea, bigint, bytea[])',
        'kernel.audit_root(bytea)', 'kernel.audit_append(integer)', 'kernel.audit_unsigned(timestamptz)',
        'kernel.audit_sign(uuid[], uuid[], bigint[], text[], bytea, timestamptz)'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO sealpost_scheduler', signature);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION kernel.audit_append(integer), kernel.audit_unsigned(timestamptz),
    kernel.audit_sign(uuid[], uuid[], bigint[], text[], bytea, timestamptz) TO sealpost_runtime;

CREATE TRIGGER enqueue_leaf AFTER INSERT ON audit_auditevent REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION kernel.audit_enqueue();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_tree")]
    operations = [
        migrations.RunSQL(FIRST_LEAVES, migrations.RunSQL.noop),
        migrations.AlterField("auditevent", "leaf", models.BinaryField(editable=False)),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND, migrations.RunSQL.noop),
        migrations.RunSQL(SIGN, migrations.RunSQL.noop),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
