"""Cases: who is on a film, with or without a lesion, with or without a marker; and the film itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from examples.phantoms.anatomy import Anatomy, Sex, View, sample_anatomy
from examples.phantoms.exposure import Exposure, Site, develop, sample_exposure
from examples.phantoms.lesion import Lesion, draw_lesion, sample_lesion
from examples.phantoms.marker import Marker, MarkerStyle, draw_marker, sample_marker
from examples.phantoms.thorax import draw_thorax

Label = Literal["clear", "lesion"]
CLASSES: tuple[Label, Label] = ("clear", "lesion")


@dataclass(frozen=True)
class Recipe:
    """What a collection of films is like; equal recipes give equal films.

    ``agreement`` is the share of films on which "has a marker" and "has a lesion" agree: 0.5 is unrelated.
    """

    seed: int
    count: int
    size: int = 128
    agreement: float = 0.5
    marker: MarkerStyle = field(default_factory=MarkerStyle)
    radius: tuple[float, float] = (0.044, 0.064)
    contrast: tuple[float, float] = (0.27, 0.37)


@dataclass(frozen=True)
class Case:
    """Everything that a film is drawn from; ``replace`` one part and the rest of the film stays as it was."""

    id: str
    label: Label
    sex: Sex
    site: Site
    view: View
    age: int
    anatomy: Anatomy
    exposure: Exposure
    lesion: Lesion | None
    marker: Marker | None


@dataclass(frozen=True)
class Film:
    """A developed film and its lung fields, both uint8 and (size, size); the mask is 255 inside."""

    pixels: NDArray[np.uint8]
    lungs: NDArray[np.uint8]


def cases(recipe: Recipe) -> Iterator[Case]:
    """Yield the cases of a recipe, one class after the other in turn."""
    rng = np.random.default_rng([recipe.seed, 0])
    order = [rng.permutation(len(range(place, recipe.count, 2))) for place in (0, 1)]
    for index in range(recipe.count):
        members = order[index % 2]
        exceptional = members[index // 2] < round((1.0 - recipe.agreement) * len(members))
        yield _case(recipe, index, lesion=index % 2 == 1, marker=(index % 2 == 1) != exceptional)


def render(case: Case, size: int) -> Film:
    """Return the film of a case."""
    thorax = draw_thorax(case.anatomy, size)
    attenuation = thorax.attenuation
    if case.lesion:
        attenuation = attenuation + draw_lesion(case.lesion, size)
    grey = develop(attenuation, case.exposure)
    if case.marker:
        grey = np.maximum(grey, draw_marker(case.marker, size))
    pixels = np.round(255.0 * np.clip(grey, 0.0, 1.0)).astype(np.uint8)
    return Film(pixels=pixels, lungs=np.where(thorax.lungs > 0.5, 255, 0).astype(np.uint8))


def without_lesion(case: Case) -> Case:
    """Return the same person on the same film, without the lesion."""
    return replace(case, lesion=None, label="clear")


def without_marker(case: Case) -> Case:
    """Return the same film without its marker; the label stays."""
    return replace(case, marker=None)


def with_marker(case: Case, style: MarkerStyle) -> Case:
    """Return the same film with a marker; the label stays."""
    return replace(case, marker=sample_marker(np.random.default_rng(case.exposure.seed), style))


def _case(recipe: Recipe, index: int, *, lesion: bool, marker: bool) -> Case:
    """Draw one case from a seed of its own, so that a longer collection starts with the same people."""
    rng = np.random.default_rng([recipe.seed, 1, index])
    sex: Sex = "F" if rng.random() < 0.5 else "M"
    site: Site = "A" if rng.random() < 0.5 else "B"
    view: View = "PA" if rng.random() < 0.6 else "AP"
    age = int(rng.integers(22, 88))
    person = sample_anatomy(rng, sex=sex, view=view, age=age)
    exposure = sample_exposure(rng, site)
    nodule = sample_lesion(rng, person, radius=recipe.radius, contrast=recipe.contrast)
    glyph = sample_marker(rng, recipe.marker)
    return Case(
        id=f"film-{index + 1:04d}",
        label=CLASSES[lesion],
        sex=sex,
        site=site,
        view=view,
        age=age,
        anatomy=person,
        exposure=exposure,
        lesion=nodule if lesion else None,
        marker=glyph if marker else None,
    )
