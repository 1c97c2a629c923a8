"""Decisions as they were recorded, and the projection of what happened to them since."""

from django.db import models
from django.db.models import Q

from auditor.audits.models.kept import Kept
from auditor.registry.models import ModelVersion
from reports.decisions.models.subjects import Subject
from reports.decisions.models.systems import SendingSystem
from reports.decisions.state import State

_MOVED = ~Q(state=State.RECORDED.value)


class Decision(Kept):
    """One decision of a production system.

    What is personal lies in `sealed`, under the subject's key. `state`, `restricted`, `due` and `superseded_by`
    follow from the events; the database lets nothing else change, except that erasure empties what there is to empty.
    """

    system = models.ForeignKey(SendingSystem, db_index=False, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="decisions")
    model_version = models.ForeignKey(
        ModelVersion, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    reference_index = models.CharField(max_length=64, blank=True)  # blind index of the system's reference
    sealed = models.BinaryField()
    content = models.CharField(max_length=64, blank=True)  # salted digest of what was received
    sealed_input = models.CharField(max_length=64, blank=True)  # of the sealed bytes, in the store
    input_digest = models.CharField(max_length=64, blank=True)  # salted
    outcome = models.CharField(max_length=200, blank=True)
    policy_version = models.CharField(max_length=100, blank=True)
    threshold = models.FloatField(null=True)
    decided_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    retention_until = models.DateField(null=True)
    entry = models.PositiveBigIntegerField()  # position in the ledger

    state = models.CharField(max_length=12, default=State.RECORDED.value)
    restricted = models.BooleanField(default=False)
    due = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey(
        "self", null=True, db_index=False, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "reference_index"],
                condition=~Q(reference_index=""),
                name="a_reference_is_recorded_once",
            ),
        ]
        indexes = [
            models.Index(fields=["decided_at", "id"], name="decisions_by_time"),
            models.Index(fields=["system", "decided_at", "id"], name="decisions_by_system"),
            models.Index(fields=["model_version", "decided_at", "id"], name="decisions_by_model"),
            # The planner takes them for independent, and most models are asked by one system.
            models.Index(fields=["system", "model_version", "decided_at", "id"], name="decisions_by_both"),
            # Most decisions stay as they were recorded; of the others each is found by its state, and all together.
            models.Index(fields=["state", "decided_at", "id"], condition=_MOVED, name="decisions_by_state"),
            models.Index(fields=["decided_at", "id"], condition=_MOVED, name="decisions_moved"),
            models.Index(
                fields=["decided_at", "id"], condition=Q(restricted=True), name="decisions_restricted"
            ),
            models.Index(fields=["due", "id"], condition=Q(due__isnull=False), name="decisions_by_due"),
            models.Index(
                fields=["retention_until", "id"],
                condition=Q(retention_until__isnull=False) & ~Q(state=State.ERASED.value),
                name="decisions_by_retention",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"
