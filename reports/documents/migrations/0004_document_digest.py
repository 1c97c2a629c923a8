"""A report names the bytes that were rendered, before they were signed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_comparison")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="document_digest",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
