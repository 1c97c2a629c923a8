"""What people declare: a row a statement, of which the last one about a field holds."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from auditor.audits.models import Run
from auditor.audits.models.kept import Kept
from auditor.registry.models import Model, ModelVersion, ValidationSet

SUBJECTS = {"model": "model", "version": "version", "set": "validation_set", "run": "run"}
"""The column that holds what a statement of a scope is about; one of the organisation is about nothing narrower."""


def _only(scope: str) -> Q:
    held = Q(scope=scope)
    for other, column in SUBJECTS.items():
        held &= Q(**{f"{column}__isnull": other != scope})
    return held


class Declaration(Kept):
    """One statement about a field of the catalogue; an empty one takes the statement before it back.

    `number` counts the statements about the same field of the same subject, so nobody overwrites what they have not
    seen.
    """

    class Scope(models.TextChoices):
        """What a statement is about."""

        ORGANISATION = "organisation"
        MODEL = "model"
        VERSION = "version"
        SET = "set"
        RUN = "run"

    field = models.CharField(max_length=100)
    scope = models.CharField(max_length=12, choices=Scope.choices)
    model = models.ForeignKey(Model, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")
    validation_set = models.ForeignKey(ValidationSet, null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="declarations")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True, default="")
    rows = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["field", "scope", *SUBJECTS.values(), "number"],
                nulls_distinct=False,
                name="one_statement_after_another",
            ),
            models.CheckConstraint(
                condition=Q(*(_only(scope) for scope in ("organisation", *SUBJECTS)), _connector=Q.OR),
                name="a_statement_is_about_its_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}, statement {self.number}"
