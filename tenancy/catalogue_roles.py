"""What the catalogue says about roles and their rights. Each query returns one name per hole."""

CONNECTS = "is the role that the service connects as, and it is not sealpost_runtime"

QUERIES = {
    CONNECTS: """
        SELECT current_user WHERE current_user <> 'sealpost_runtime'
    """,
    "runtime role may truncate, or references a table": """
        SELECT table_name || ' ' || privilege_type FROM information_schema.role_table_grants
        WHERE grantee = 'sealpost_runtime' AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
    """,
    "role of the service is more than an ordinary user": """
        SELECT rolname FROM pg_roles WHERE rolname IN ('sealpost_runtime', 'sealpost_resealer', 'sealpost_disposer',
            'sealpost_destroyer')
          AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication OR EXISTS (
            SELECT 1 FROM pg_auth_members m WHERE m.member = pg_roles.oid)
            OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = pg_roles.oid
              AND c.relnamespace = 'public'::regnamespace))
    """,
    "role that only owns things may sign in": """
        SELECT rolname FROM pg_roles WHERE rolcanlogin
          AND rolname IN ('sealpost_owner', 'sealpost_scheduler', 'sealpost_resealer',
            'sealpost_disposer', 'sealpost_destroyer')
    """,
    "runtime role may create objects in the schema": """
        SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
          AND has_schema_privilege('sealpost_runtime', oid, 'CREATE')
    """,
    "runtime role may read what signs tenant contexts": """
        SELECT 'kernel.context_key'
        WHERE has_any_column_privilege('sealpost_runtime', 'kernel.context_key', 'SELECT')
    """,
    "table outside of schema public is open to the runtime role": """
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('public', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
          AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid <> 'kernel.shared_table'::regclass
          AND has_table_privilege('sealpost_runtime', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
    """,
    "table is open to every role": """
        SELECT c.relname FROM pg_class c CROSS JOIN aclexplode(c.relacl) AS granted
        WHERE c.relnamespace = 'public'::regnamespace AND granted.grantee = 0
    """,
    "tables of the future are open to the runtime role": """
        SELECT defaclrole::regrole::text FROM pg_default_acl CROSS JOIN aclexplode(defaclacl) AS granted
        WHERE defaclobjtype = 'r' AND granted.grantee IN (0, 'sealpost_runtime'::regrole)
    """,
    "protected parameter may be set by the runtime role": """
        SELECT parname FROM pg_parameter_acl CROSS JOIN aclexplode(paracl) AS granted
        WHERE granted.grantee IN (0, 'sealpost_runtime'::regrole)
    """,
    "function with its owner's rights may be called by everybody": """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prosecdef AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
          AND (p.proacl IS NULL OR EXISTS (
            SELECT 1 FROM aclexplode(p.proacl) AS granted WHERE granted.grantee = 0))
    """,
    "append-only table may be changed by the runtime role": """
        SELECT t.tgrelid::regclass::text FROM pg_trigger t WHERE t.tgname = 'append_only_rows'
          AND has_table_privilege('sealpost_runtime', t.tgrelid, 'UPDATE, DELETE')
    """,
    "trigger that keeps rows as they are is switched off": """
        SELECT tgrelid::regclass::text FROM pg_trigger
        WHERE tgname LIKE 'append\\_only\\_%' AND tgenabled NOT IN ('O', 'A')
    """,
}
