"""The database refuses to change, remove or empty the histories: steps, changed thresholds, deliveries."""

from django.db import migrations

TABLES = ("audits_findingstep", "audits_thresholdchange", "audits_deliveryattempt")
FORWARD = """
CREATE FUNCTION audits_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audits_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audits_refuse();
"""
    for table in TABLES
)
BACKWARD = (
    "".join(
        f"DROP TRIGGER {table}_append_only ON {table};\nDROP TRIGGER {table}_no_truncate ON {table};\n"
        for table in TABLES
    )
    + "DROP FUNCTION audits_refuse();\n"
)


class Migration(migrations.Migration):
    dependencies = [("audits", "0004_findings_and_notices")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
