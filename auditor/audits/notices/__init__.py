"""Telling people and machines of new critical findings."""
