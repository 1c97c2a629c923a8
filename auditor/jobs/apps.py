"""The jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Abstract jobs and the reconciler; it has no tables of its own."""

    name = "auditor.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Make the application's broker the one that jobs are rung through, in every process."""
        from auditor.celery import app  # noqa: F401
