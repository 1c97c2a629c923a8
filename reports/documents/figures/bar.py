"""The colour scale that stands beside every heatmap."""

import numpy as np

from reports.documents.figures.overlay import encoded, paint

_WIDTH, _HEIGHT = 480, 28


def scale_bar() -> bytes:
    """Return the colours from full negative to full positive as PNG, painted as the overlays are."""
    values = np.tile(np.linspace(-1, 1, _WIDTH, dtype=np.float32), (_HEIGHT, 1))
    paper = np.full((_HEIGHT, _WIDTH, 3), 255, dtype=np.uint8)
    return encoded(paint(paper, values, 1.0), "PNG")
