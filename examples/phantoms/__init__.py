"""Synthetic chest-film phantoms: drawn by formulas, so what a model should look at is known."""
