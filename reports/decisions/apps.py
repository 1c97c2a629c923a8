"""The decisions app."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """The register of decisions."""

    name = "reports.decisions"
    label = "decisions"
