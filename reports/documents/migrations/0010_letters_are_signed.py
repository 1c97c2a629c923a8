"""A letter names the bytes that were rendered, before they were signed; drafts, which are not signed, are kept, too."""

import django.db.models.deletion
from django.db import migrations, models

TRIGGER = """
DROP TRIGGER documents_letter_written ON documents_letter;
CREATE TRIGGER documents_letter_written BEFORE UPDATE ON documents_letter
    FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION documents_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0009_letters_are_kept")]
    operations = [
        migrations.AddField(
            model_name="letter",
            name="document_digest",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.RunSQL(
            TRIGGER.format(condition="OLD.pdf_digest <> ''"),
            TRIGGER.format(condition="OLD.entry_id IS NOT NULL"),
        ),
        *(
            migrations.AlterField(
                model_name=name,
                name="run",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="audits.run"
                ),
            )
            for name in ("report", "letter")
        ),
        *(
            migrations.AlterField(
                model_name=name,
                name="entry",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="%(class)s",
                    to="ledger.entry",
                ),
            )
            for name in ("report", "letter")
        ),
    ]
