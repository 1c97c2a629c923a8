"""The audits app."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Plans, runs, shards and schedules."""

    name = "auditor.audits"
    label = "audits"
