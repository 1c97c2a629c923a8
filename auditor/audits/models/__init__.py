"""The tables of audits."""

from auditor.audits.models.findings import FindingStep as FindingStep
from auditor.audits.models.findings import TrackedFinding as TrackedFinding
from auditor.audits.models.notices import DeliveryAttempt as DeliveryAttempt
from auditor.audits.models.notices import Notice as Notice
from auditor.audits.models.runs import Assembly as Assembly
from auditor.audits.models.runs import Plan as Plan
from auditor.audits.models.runs import Run as Run
from auditor.audits.models.runs import Schedule as Schedule
from auditor.audits.models.runs import Shard as Shard
from auditor.audits.models.runs import ThresholdChange as ThresholdChange
