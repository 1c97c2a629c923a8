"""The ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The append-only log."""

    name = "reports.ledger"
    label = "ledger"
