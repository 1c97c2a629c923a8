"""Audits: plans, runs, their shards, schedules; execution.py is the worker's side."""
