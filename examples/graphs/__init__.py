"""Graphs with a motif that is known by construction, and a reader of MUTAG."""
