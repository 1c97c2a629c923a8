"""The append-only log: every entry carries the hash of the one before it."""
