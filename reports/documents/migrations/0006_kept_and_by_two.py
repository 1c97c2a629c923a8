"""The database keeps what was declared, answered, withdrawn and superseded, and nobody answers what they prepared."""

from django.db import migrations

KEPT = (
    "documents_declaration",
    "documents_signoffanswer",
    "documents_supersession",
    "documents_withdrawal",
)
GUARDS = """
CREATE FUNCTION documents_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was stated about reports is append-only: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION documents_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.by_id = (SELECT prepared_by_id FROM documents_signoffrequest WHERE id = NEW.request_id) THEN
        RAISE EXCEPTION 'who prepared a report does not sign it off' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_signoffanswer_two_people BEFORE INSERT ON documents_signoffanswer
    FOR EACH ROW EXECUTE FUNCTION documents_two_people();
CREATE TRIGGER documents_signoffrequest_prepared BEFORE UPDATE ON documents_signoffrequest
    FOR EACH ROW WHEN (OLD.snapshot_digest <> '') EXECUTE FUNCTION documents_refuse();
CREATE TRIGGER documents_signoffrequest_kept BEFORE DELETE ON documents_signoffrequest
    FOR EACH ROW EXECUTE FUNCTION documents_refuse();
CREATE TRIGGER documents_signoffrequest_no_truncate BEFORE TRUNCATE ON documents_signoffrequest
    FOR EACH STATEMENT EXECUTE FUNCTION documents_refuse();
"""
FORWARD = GUARDS + "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION documents_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION documents_refuse();
"""
    for table in KEPT
)
BACKWARD = (
    "".join(
        f"DROP TRIGGER {table}_append_only ON {table};\nDROP TRIGGER {table}_no_truncate ON {table};\n"
        for table in KEPT
    )
    + "".join(
        f"DROP TRIGGER documents_signoffrequest_{name} ON documents_signoffrequest;\n"
        for name in ("prepared", "kept", "no_truncate")
    )
    + "DROP TRIGGER documents_signoffanswer_two_people ON documents_signoffanswer;\n"
    + "DROP FUNCTION documents_two_people();\nDROP FUNCTION documents_refuse();\n"
)


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_declared_and_signed_off")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
