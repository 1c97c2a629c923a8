from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_kinds_of_items"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelversion",
            name="tier",
            field=models.CharField(
                blank=True,
                default="",
                help_text="What methods may ask of it; empty where not measured.",
                max_length=11,
            ),
        ),
    ]
