"""Intensities as another scanner, detector or display gives them."""

import numpy as np
from numpy.typing import NDArray

Item = NDArray[np.float32]
_DEGREE = 3


def flattened(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) in [0, 1] with `dose` % of its contrast lost around its mean."""
    mean = item.mean(dtype=np.float64)
    return np.asarray(mean + (1 - dose / 100) * (item - mean), dtype=np.float32) if dose else item


def curved(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) in [0, 1] to a power that is `dose` % above 1, or as much below by division.

    Which of the two, darker or brighter, is drawn.
    """
    exponent = 1 + dose / 100
    power = exponent if draw.random() < 0.5 else 1 / exponent
    return np.asarray(item.astype(np.float64) ** power, dtype=np.float32)


def uneven(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) in [0, 1] times a smooth field within 1 - dose % and 1 + dose %.

    The field is a drawn polynomial of at most the third degree along the axes, as scanners' bias fields are modelled.

    References
    ----------
    K. Van Leemput, F. Maes, D. Vandermeulen, P. Suetens: Automated Model-Based Bias Field Correction of MR Images of
    the Brain. IEEE Transactions on Medical Imaging 18, 1999.
    """
    field = smooth_field(item.shape[1:], draw)
    return np.clip(item * (1 + dose / 100 * field), 0, 1).astype(np.float32)


def smooth_field(places: tuple[int, ...], draw: np.random.Generator) -> NDArray[np.float64]:
    """Return a drawn polynomial over places (*places); its mean is 0 and its largest absolute value 1."""
    field = np.zeros(places)
    axes = np.meshgrid(*(np.linspace(-1, 1, side) for side in places), indexing="ij", sparse=True)
    for powers in np.ndindex(*(_DEGREE + 1 for _ in places)):
        if 0 < sum(powers) <= _DEGREE:
            factor = draw.standard_normal()
            term = factor * np.ones(())
            for axis, power in zip(axes, powers, strict=True):
                term = term * axis**power
            field = field + term
    field -= field.mean()
    return np.asarray(field / np.abs(field).max())
