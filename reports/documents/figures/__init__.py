"""Pictures: overlays by NumPy and Pillow, charts by matplotlib; each a pure function of its numbers."""
