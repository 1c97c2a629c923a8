"""The person on a phantom film: shapes and proportions drawn from a seed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Sex = Literal["F", "M"]
View = Literal["PA", "AP"]


@dataclass(frozen=True)
class Anatomy:
    """A thorax; lengths are fractions of the film's side, the origin is its upper left corner."""

    axis: float  # x of the spine
    breadth: float  # half the width of the rib cage
    apex: float  # y of the lungs' upper end
    left_base: float  # y of the diaphragm, on the film's left side
    right_base: float
    tilt: float  # radians that the person leans
    shoulder: float  # y of the shoulders at the edge of the film
    heart: float  # half the width of the heart
    rib_phase: float  # where the first rib starts, in rib distances
    rib_slope: float
    breast: float  # density of the breasts' shadow, 0 for none
    density: float  # of the soft tissue, about 1
    vessels: int  # seed of the vessel tree


def sample_anatomy(rng: np.random.Generator, *, sex: Sex, view: View, age: int) -> Anatomy:
    """Return a thorax: AP views show a larger heart and shorter lungs, with age the heart widens."""
    near = view == "AP"
    base = rng.uniform(0.735, 0.795) - (0.035 if near else 0.0)
    return Anatomy(
        axis=rng.uniform(0.485, 0.515),
        breadth=rng.uniform(0.325, 0.365) - (0.018 if sex == "F" else 0.0),
        apex=rng.uniform(0.125, 0.155) + (0.015 if near else 0.0),
        left_base=base - rng.uniform(0.015, 0.04),
        right_base=base,
        tilt=rng.normal(0.0, 0.018),
        shoulder=rng.uniform(0.27, 0.33),
        heart=rng.uniform(0.098, 0.122) + (0.018 if near else 0.0) + 0.0004 * (age - 50),
        rib_phase=rng.uniform(0.0, 1.0),
        rib_slope=rng.uniform(0.20, 0.32),
        breast=rng.uniform(0.10, 0.18) if sex == "F" else 0.0,
        density=rng.uniform(0.92, 1.08),
        vessels=int(rng.integers(2**31)),
    )
