"""Plates: the gallery beyond the chapter, printed in parts that are joined behind the report."""
