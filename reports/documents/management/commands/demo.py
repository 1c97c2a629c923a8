"""Audit the two bundled models, of which one reads a marker instead of the lesion, and say what came out."""

import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from auditor.audits.findings import findings
from auditor.audits.services import plan_named
from auditor.embedded.layout import var_directory
from auditor.jobs.models import State
from auditor.registry.models import ValidationSet
from reports.documents.console import Console
from reports.documents.handover import hand_over
from reports.documents.headless import Headless
from reports.documents.management.surroundings import migrate, worker
from reports.documents.models import Report
from reports.documents.queries import evidence_by_digest

PHANTOMS = Path(settings.BASE_DIR) / "examples" / "phantoms"
MODELS = ("honest", "marker")
PLAN = "quick"


class Command(BaseCommand):
    help = "Audit the bundled example models and print where their reports are."

    def handle(self, **options: Any) -> None:
        began = time.monotonic()
        migrate()
        console = Console(sys.stdout)
        with worker() as alive:
            job = Headless(console, alive)
            items = job.validation_set(PHANTOMS / "validation")
            reports = [self._report(job, name, items) for name in MODELS]
        folder = var_directory() / "demo"
        folder.mkdir(exist_ok=True)
        for name, report in zip(MODELS, reports, strict=True):
            target = folder / f"{name}.pdf"
            hand_over(report, target)
            self._tell(report, target)
        self.stdout.write(
            f"\nThis took {time.monotonic() - began:.0f} s. `make serve` opens the same audits in a browser, "
            "with heatmaps and schedules."
        )

    def _report(self, job: Headless, name: str, items: ValidationSet) -> Report:
        version, plan = job.model(PHANTOMS / "models" / name), plan_named(PLAN)
        known = Report.objects.filter(
            state=State.DONE, run__model_version=version, run__validation_set=items, run__plan=plan
        )
        return known.first() or job.audit(version, items, plan, "en")

    def _tell(self, report: Report, target: Path) -> None:
        version = report.run.model_version
        self.stdout.write(f"\n{version}")
        for finding in findings(evidence_by_digest(report.run.evidence_digest)):
            if finding.severity == "critical":
                self.stdout.write(f"  critical: {finding.title}")
        self.stdout.write(f"  report    {report.number}, {target}")
        self.stdout.write(f"  SHA-256   {report.pdf_digest}")
        self.stdout.write(f"  ledger    position {report.entry_id}")
