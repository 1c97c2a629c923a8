"""Models of other formats, converted where their owner trusts them into a folder that is data alone."""

from auditor.explain.conversion.folder import Converted, Wishes, convert

__all__ = ["Converted", "Wishes", "convert"]
