"""Recall: from a model version to all decisions that it took, their reviews, and the report of both."""
