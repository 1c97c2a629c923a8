"""Counterfactuals: the smallest plausible change of one item that alters the model's outcome."""
