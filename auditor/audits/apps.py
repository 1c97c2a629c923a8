"""The audits app."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Plans, runs, shards, findings and schedules."""

    name = "auditor.audits"
    label = "audits"

    def ready(self) -> None:
        """Take up the findings of a run as soon as it has finished, before anybody else hears of it."""
        from auditor.audits.aftermath import after_run
        from auditor.audits.lifecycle import run_finished

        run_finished.listen(after_run)
