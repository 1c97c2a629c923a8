"""How a site exposes and develops its films: tone, scatter and noise."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from examples.phantoms.shapes import Plane, blur

Site = Literal["A", "B"]


@dataclass(frozen=True)
class Exposure:
    """One exposure; grey levels are fractions of white."""

    dose: float
    gamma: float
    black: float
    white: float
    noise: float
    seed: int


def sample_exposure(rng: np.random.Generator, site: Site) -> Exposure:
    """Return an exposure: site B develops harder and noisier than site A."""
    hard = site == "B"
    return Exposure(
        dose=float(rng.uniform(1.65, 1.95)),
        gamma=float(rng.uniform(1.42, 1.54) if hard else rng.uniform(1.24, 1.36)),
        black=float(rng.uniform(0.015, 0.03) if hard else rng.uniform(0.025, 0.045)),
        white=float(rng.uniform(0.95, 1.0) if hard else rng.uniform(0.92, 0.97)),
        noise=float(rng.uniform(0.014, 0.018) if hard else rng.uniform(0.009, 0.013)),
        seed=int(rng.integers(2**31)),
    )


def develop(attenuation: Plane, exposure: Exposure) -> Plane:
    """Return grey levels, 0 to 1, (size, size), for attenuation; noise is the same for the same exposure."""
    size = attenuation.shape[0]
    scattered = 0.94 * attenuation + 0.06 * blur(attenuation, size / 12.0)
    tone = np.power(1.0 - np.exp(-exposure.dose * np.clip(scattered, 0.0, None)), exposure.gamma)
    grey = exposure.black + (exposure.white - exposure.black) * tone / 0.86
    grain = blur(np.random.default_rng(exposure.seed).normal(size=attenuation.shape), 0.5)
    level: Plane = grey + 1.6 * exposure.noise * grain * (0.35 + 0.65 * np.sqrt(np.clip(grey, 0.0, 1.0)))
    return level
