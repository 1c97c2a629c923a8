"""Why a report or a preview failed can be said in another language."""

import auditor.jobs.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("documents", "0006_kept_and_by_two")]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="error",
            field=auditor.jobs.fields.SaidField(blank=True, default=""),
        )
        for name in ("report", "signoffrequest")
    ]
