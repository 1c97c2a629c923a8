import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_REFUSE = """
CREATE FUNCTION audits_plan_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a plan is fixed and cannot be changed';
END $$;
CREATE TRIGGER audits_plan_is_fixed BEFORE UPDATE ON audits_plan
    FOR EACH ROW EXECUTE FUNCTION audits_plan_is_fixed();
"""
_ALLOW = "DROP TRIGGER audits_plan_is_fixed ON audits_plan; DROP FUNCTION audits_plan_is_fixed();"


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("audits", "0002_reference_set"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="fixed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RunSQL(_REFUSE, _ALLOW),
    ]
