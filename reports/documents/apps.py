"""The documents app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Reports, and the pages on which a run's evidence is read."""

    name = "reports.documents"
    label = "documents"

    def ready(self) -> None:
        """Ask for a report whenever a run has finished."""
        from auditor.audits.lifecycle import run_finished
        from reports.documents.services import report_run

        run_finished.listen(report_run)
