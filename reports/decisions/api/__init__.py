"""The way in for production systems: a REST API with tokens, limits and typed errors."""
