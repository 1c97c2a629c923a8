"""An erasure is completed once and stays; the pin of the keys stays, and its count of destroyed ones only rises."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION decisions_erasure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held decisions_erasure := OLD;
BEGIN
    IF OLD.completion IS NULL AND NEW.completion IS NOT NULL THEN
        held.completion := NEW.completion;
        held.completed_at := NEW.completed_at;
        held.statement := NEW.statement;
    END IF;
    IF held IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'erasure % is completed once and stays: UPDATE is refused', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_erasure_kept BEFORE UPDATE ON decisions_erasure
    FOR EACH ROW EXECUTE FUNCTION decisions_erasure_guard();

CREATE FUNCTION decisions_vaultpin_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held decisions_vaultpin := OLD;
BEGIN
    held.destroyed := GREATEST(OLD.destroyed, NEW.destroyed);
    IF held IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'the pin of the keys stays, and its count only rises: UPDATE is refused'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_vaultpin_kept BEFORE UPDATE ON decisions_vaultpin
    FOR EACH ROW EXECUTE FUNCTION decisions_vaultpin_guard();
"""
TABLES = ("erasure", "vaultpin")
STAY = "".join(
    f"CREATE TRIGGER decisions_{table}_not_deleted BEFORE DELETE ON decisions_{table}\n"
    "    FOR EACH ROW EXECUTE FUNCTION decisions_refuse();\n"
    f"CREATE TRIGGER decisions_{table}_no_truncate BEFORE TRUNCATE ON decisions_{table}\n"
    "    FOR EACH STATEMENT EXECUTE FUNCTION decisions_refuse();\n"
    for table in TABLES
)
BACKWARD = "".join(
    f"DROP TRIGGER decisions_{table}_{trigger} ON decisions_{table};\n"
    for table in TABLES
    for trigger in ("kept", "not_deleted", "no_truncate")
) + "".join(f"DROP FUNCTION decisions_{table}_guard();\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0005_erasures")]
    operations = [migrations.RunSQL(FORWARD + STAY, BACKWARD)]
