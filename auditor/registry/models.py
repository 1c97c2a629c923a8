"""What is registered: models, model versions, validation sets, and the uploads that they come from."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from auditor.explain.evidence import TIERS, Tier
from auditor.explain.spec import Deidentification, Modality, ModelSpec
from auditor.jobs.models import Job


class Model(models.Model):
    """A model as an organisation knows it, by name; what is audited are its versions."""

    name = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class ModelVersion(models.Model):
    """One immutable version: the digest names its model.json and its weights together."""

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    spec_digest = models.CharField(max_length=64)
    weights_digest = models.CharField(max_length=64)
    spec = models.JSONField()
    parameters = models.BigIntegerField()
    weights_bytes = models.BigIntegerField()
    tier = models.CharField(
        max_length=11,
        blank=True,
        default="",
        help_text="What methods may ask of it; empty where not measured.",
    )
    training_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="Names the list of what it was trained on; empty where none was declared.",
    )
    training_items = models.PositiveBigIntegerField(null=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-registered_at"]

    def __str__(self) -> str:
        return f"{self.model.name} {self.version}"

    @property
    def document(self) -> ModelSpec:
        """Return the typed model.json."""
        return ModelSpec.model_validate(self.spec)

    @property
    def kind(self) -> Modality:
        """What the model takes."""
        return self.document.input.kind

    @property
    def measured_tier(self) -> Tier | None:
        """What methods may ask of the model, or None where it was registered before that was measured."""
        return next((tier for tier in TIERS if tier == self.tier), None)


class ValidationSet(models.Model):
    """One immutable validation set: the digest is the Merkle root over its items."""

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    digest = models.CharField(max_length=64, unique=True)
    manifest_digest = models.CharField(max_length=64)
    items = models.PositiveIntegerField()
    labels = models.JSONField()
    groups = models.JSONField()
    masks = models.PositiveIntegerField()
    boxes = models.PositiveIntegerField(default=0)
    unlisted = models.PositiveIntegerField()
    unlabelled = models.JSONField(default=dict)
    duplicates = models.PositiveIntegerField(
        null=True, help_text="Items whose content an earlier item has; null where not counted."
    )
    modality = models.CharField(max_length=10, default="image")
    deidentification = models.JSONField(null=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-registered_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def account(self) -> Deidentification | None:
        """Return the account of what was taken out of its files, None where no file of its kind names people."""
        found = self.deidentification
        return None if found is None else Deidentification.model_validate(found)


class Kind(models.TextChoices):
    """What an upload claims to be."""

    MODEL = "model", _("model")
    SET = "set", _("validation set")


class Intake(Job):
    """One upload on its way in: read and checked by a worker's child, then registered whole or refused whole."""

    task = "auditor.registry.tasks.take_in"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    filename = models.CharField(max_length=255)
    upload_digest = models.CharField(max_length=64)
    model_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT)
    validation_set = models.ForeignKey(ValidationSet, null=True, on_delete=models.PROTECT)
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.filename}"
