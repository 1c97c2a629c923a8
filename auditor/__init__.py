"""Retrace: model audits that end in evidence, a report and a ledger entry."""

__version__ = "0.1.0"
