"""The database keeps what was recorded, whoever asks: only the projection moves, and erasure empties what it may."""

from django.db import migrations

# What may change of a table, and how; everything else of a row is compared as a whole.
GUARDS = """
CREATE FUNCTION decisions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the register of decisions keeps what it has: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION decisions_decision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held decisions_decision := OLD;
BEGIN
    held.state := NEW.state;
    held.restricted := NEW.restricted;
    held.due := NEW.due;
    held.superseded_by_id := NEW.superseded_by_id;
    IF NEW.state = 'erased' THEN
        held.sealed := '';
        held.reference_index := '';
        held.content := '';
        held.outcome := '';
    END IF;
    IF OLD.state = 'erased' OR held IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'decision % keeps what was recorded: UPDATE is refused', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_decision_kept BEFORE UPDATE ON decisions_decision
    FOR EACH ROW EXECUTE FUNCTION decisions_decision_guard();

CREATE FUNCTION decisions_subject_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL OR NEW.number <> OLD.number OR NEW.pseudonym IS NOT NULL OR NEW.erased_at IS NULL THEN
        RAISE EXCEPTION 'subject % is kept until it is erased, once: UPDATE is refused', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_subject_kept BEFORE UPDATE ON decisions_subject
    FOR EACH ROW EXECUTE FUNCTION decisions_subject_guard();

CREATE FUNCTION decisions_sendingsystem_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held decisions_sendingsystem := OLD;
BEGIN
    held.disabled_at := NEW.disabled_at;
    IF held IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'sending system % keeps its name and scheme: UPDATE is refused', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_sendingsystem_kept BEFORE UPDATE ON decisions_sendingsystem
    FOR EACH ROW EXECUTE FUNCTION decisions_sendingsystem_guard();

CREATE FUNCTION decisions_token_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held decisions_token := OLD;
BEGIN
    held.last_used_at := NEW.last_used_at;
    IF OLD.revoked_at IS NULL THEN
        held.revoked_at := NEW.revoked_at;
    END IF;
    IF held IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'token % stays what it was, and revoked once revoked: UPDATE is refused', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_token_kept BEFORE UPDATE ON decisions_token
    FOR EACH ROW EXECUTE FUNCTION decisions_token_guard();

CREATE TRIGGER decisions_event_append_only BEFORE UPDATE OR DELETE ON decisions_event
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse();
CREATE TRIGGER decisions_idempotency_kept BEFORE UPDATE ON decisions_idempotency
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse();
"""
UNGUARDED = """
DROP TRIGGER decisions_decision_kept ON decisions_decision;
DROP TRIGGER decisions_subject_kept ON decisions_subject;
DROP TRIGGER decisions_sendingsystem_kept ON decisions_sendingsystem;
DROP TRIGGER decisions_token_kept ON decisions_token;
DROP TRIGGER decisions_event_append_only ON decisions_event;
DROP TRIGGER decisions_idempotency_kept ON decisions_idempotency;
"""
FUNCTIONS = ("decision_guard", "subject_guard", "sendingsystem_guard", "token_guard", "refuse")
ROWS_STAY = ("decision", "subject", "sendingsystem", "token")
TABLES_STAY = (*ROWS_STAY, "event")
FORWARD = (
    GUARDS
    + "".join(
        f"CREATE TRIGGER decisions_{table}_not_deleted BEFORE DELETE ON decisions_{table}\n"
        "    FOR EACH ROW EXECUTE FUNCTION decisions_refuse();\n"
        for table in ROWS_STAY
    )
    + "".join(
        f"CREATE TRIGGER decisions_{table}_no_truncate BEFORE TRUNCATE ON decisions_{table}\n"
        "    FOR EACH STATEMENT EXECUTE FUNCTION decisions_refuse();\n"
        for table in TABLES_STAY
    )
)
BACKWARD = (
    UNGUARDED
    + "".join(f"DROP TRIGGER decisions_{table}_not_deleted ON decisions_{table};\n" for table in ROWS_STAY)
    + "".join(f"DROP TRIGGER decisions_{table}_no_truncate ON decisions_{table};\n" for table in TABLES_STAY)
    + "".join(f"DROP FUNCTION decisions_{name}();\n" for name in FUNCTIONS)
)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
