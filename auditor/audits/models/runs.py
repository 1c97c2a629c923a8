"""Plans, runs and their jobs, and the schedules that start runs."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from auditor.audits.findings.thresholds import label_of
from auditor.audits.models.kept import Kept
from auditor.audits.rhythm import rhythm
from auditor.common.said import Said, say
from auditor.explain.plan import Plan as PlanDocument
from auditor.jobs.fields import SaidField
from auditor.jobs.models import Job, State
from auditor.registry.models import Model, ModelVersion, ValidationSet


class Plan(models.Model):
    """A plan as it was fixed, under its digest."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    content = models.JSONField()
    fixed_at = models.DateTimeField(auto_now_add=True)
    fixed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"{self.name} ({self.digest[:12]})"

    @property
    def document(self) -> PlanDocument:
        """Return the typed plan."""
        return PlanDocument.model_validate(self.content)


class ThresholdChange(Kept):
    """A threshold on which a plan differs from the one that it was made from; the database keeps it as it is."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="threshold_changes")
    base = models.CharField(max_length=100, help_text="The name of the plan that this one was made from.")
    base_digest = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=100)
    before = models.FloatField()
    after = models.FloatField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "name"], name="one_change_a_threshold")]

    def __str__(self) -> str:
        return f"{self.name} from {self.before} to {self.after}"

    @property
    def label(self) -> Said:
        """Return what forms call the threshold."""
        return label_of(self.name)


class Schedule(models.Model):
    """An audit that starts by itself: the newest version of a model, on a set, by a plan."""

    name = models.CharField(max_length=200)
    model = models.ForeignKey(Model, on_delete=models.PROTECT)
    validation_set = models.ForeignKey(ValidationSet, on_delete=models.PROTECT)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    language = models.CharField(max_length=10, default="en")
    periodic_task = models.OneToOneField(
        PeriodicTask, on_delete=models.PROTECT, related_name="audit_schedule"
    )
    recipients = models.JSONField(default=list, help_text="Addresses that hear of new critical findings.")
    webhook_url = models.CharField(max_length=500, blank=True, default="")
    last_due_at = models.DateTimeField(help_text="The last moment at which a run was due and was started.")
    last_error = SaidField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def when(self) -> str:
        """Return how often and at what time in UTC it runs, in the active language."""
        return rhythm(self.periodic_task.crontab)


_STANDINGS = {
    "explaining": say("under way"),
    "assembling": say("under way"),
    "finished": say("finished"),
    "failed": say("failed"),
    "cancelled": say("cancelled"),
}


class Run(models.Model):
    """One audit. It ends with evidence, or with a sentence that says why there is none."""

    class State(models.TextChoices):
        """Where the run is."""

        EXPLAINING = "explaining", _("Explaining")
        ASSEMBLING = "assembling", _("Assembling")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="runs")
    validation_set = models.ForeignKey(ValidationSet, on_delete=models.PROTECT, related_name="runs")
    reference = models.ForeignKey(
        ValidationSet, null=True, on_delete=models.PROTECT, related_name="compared_with"
    )
    compared_with = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="compared_to")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=10, choices=State.choices, default=State.EXPLAINING, db_index=True)
    error = SaidField(blank=True, default="")
    evidence_digest = models.CharField(max_length=64, blank=True, default="")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def standing(self) -> Said:
        """Return its state as a word of a sentence."""
        return _STANDINGS[self.state]

    @property
    def active(self) -> bool:
        """Whether workers still have something to do for it."""
        return self.state in {self.State.EXPLAINING, self.State.ASSEMBLING}

    def stop(self, state: State, sentence: str) -> None:
        """End an active run without evidence, and take back the jobs that nobody has begun."""
        changed = Run.objects.filter(
            pk=self.pk, state__in=[Run.State.EXPLAINING, Run.State.ASSEMBLING]
        ).update(state=state, error=sentence)
        if changed:
            self.shards.filter(state=State.WAITING).update(state=State.CANCELLED)
            Assembly.objects.filter(run=self, state=State.WAITING).update(state=State.CANCELLED)


class Shard(Job):
    """A range of a run's items; its result is a document in the store."""

    task = "auditor.audits.tasks.explain"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="shards")
    index = models.PositiveIntegerField()
    items = models.PositiveIntegerField()
    result_digest = models.CharField(max_length=64, blank=True, default="")
    host = models.CharField(max_length=255, blank=True, default="")
    device = models.CharField(max_length=100, blank=True, default="")
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "index"], name="one_shard_an_index")]

    def __str__(self) -> str:
        return f"shard {self.index} of {self.run_id}"

    def failed(self, sentence: str) -> None:
        """A run without one of its shards has no evidence."""
        self.run.stop(Run.State.FAILED, sentence)


class Assembly(Job):
    """Making the evidence of a run from its shards."""

    task = "auditor.audits.tasks.assemble"

    run = models.OneToOneField(Run, on_delete=models.CASCADE)

    def __str__(self) -> str:
        return f"assembly of {self.run_id}"

    def failed(self, sentence: str) -> None:
        """Without assembly there is no evidence."""
        self.run.stop(Run.State.FAILED, sentence)
