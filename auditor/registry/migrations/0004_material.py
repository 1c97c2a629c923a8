from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0003_tiers"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelversion",
            name="training_digest",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Names the list of what it was trained on; empty where none was declared.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="training_items",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="validationset",
            name="boxes",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="validationset",
            name="unlabelled",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="validationset",
            name="duplicates",
            field=models.PositiveIntegerField(
                help_text="Items whose content an earlier item has; null where not counted.", null=True
            ),
        ),
    ]
