"""Explanations and their measurement: a plain PyTorch and NumPy library, importable in a notebook."""
