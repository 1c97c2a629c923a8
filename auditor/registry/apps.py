"""The registry app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Models, versions, validation sets and their intake."""

    name = "auditor.registry"
    label = "registry"
