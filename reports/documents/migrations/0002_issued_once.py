"""The database refuses to change a report that was issued, and to remove any report."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION report_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued report is never changed, and none is removed: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER documents_report_issued BEFORE UPDATE ON documents_report
    FOR EACH ROW WHEN (OLD.entry_id IS NOT NULL) EXECUTE FUNCTION report_refuse();
CREATE TRIGGER documents_report_kept BEFORE DELETE ON documents_report
    FOR EACH ROW EXECUTE FUNCTION report_refuse();
CREATE TRIGGER documents_report_no_truncate BEFORE TRUNCATE ON documents_report
    FOR EACH STATEMENT EXECUTE FUNCTION report_refuse();
"""
BACKWARD = """
DROP TRIGGER documents_report_issued ON documents_report;
DROP TRIGGER documents_report_kept ON documents_report;
DROP TRIGGER documents_report_no_truncate ON documents_report;
DROP FUNCTION report_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
