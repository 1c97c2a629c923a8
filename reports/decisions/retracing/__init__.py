"""Re-tracing: a recorded decision computed again, compared on terms that were fixed before."""
