"""A report names the comparison that it prints."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_issued_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="comparison_digest",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
