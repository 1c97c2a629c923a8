"""A client of Retrace's register of decisions; it needs Python's standard library and nothing else.

The folder can be copied into any project. docs/recording.md shows how it is used.
"""

from auditor.client.described import attached, named
from auditor.client.errors import NotDescribed, Refused, RegisterError, Unreachable
from auditor.client.recorded import recorded
from auditor.client.register import Receipt, Register
from auditor.client.spool import Spool

__all__ = [
    "NotDescribed",
    "Receipt",
    "Refused",
    "Register",
    "RegisterError",
    "Spool",
    "Unreachable",
    "attached",
    "named",
    "recorded",
]
