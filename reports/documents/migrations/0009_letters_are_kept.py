"""The database refuses to change a letter that was written, and to remove any letter."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER documents_letter_written BEFORE UPDATE ON documents_letter
    FOR EACH ROW WHEN (OLD.entry_id IS NOT NULL) EXECUTE FUNCTION documents_refuse();
CREATE TRIGGER documents_letter_kept BEFORE DELETE ON documents_letter
    FOR EACH ROW EXECUTE FUNCTION documents_refuse();
CREATE TRIGGER documents_letter_no_truncate BEFORE TRUNCATE ON documents_letter
    FOR EACH STATEMENT EXECUTE FUNCTION documents_refuse();
"""
BACKWARD = "".join(
    f"DROP TRIGGER documents_letter_{name} ON documents_letter;\n"
    for name in ("written", "kept", "no_truncate")
)


class Migration(migrations.Migration):
    dependencies = [("documents", "0008_letters")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
