"""The jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Abstract jobs and the reconciler; it has no tables of its own."""

    name = "auditor.jobs"
    label = "jobs"
