"""The embedded default: a private Postgres and a private Redis per checkout. Standard library only."""

from auditor.embedded.layout import checkout, var_directory
from auditor.embedded.session import environment, remove, stop

__all__ = ["checkout", "environment", "remove", "stop", "var_directory"]
