"""Phantom films: the same for the same seed, and true to their recipe."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from examples.phantoms.case import Recipe, cases, render, with_marker, without_lesion, without_marker
from examples.phantoms.make import VALIDATION, make
from examples.phantoms.marker import CORNERS, SHAPES, MarkerStyle

BUNDLED = Path(__file__).parents[2] / "examples" / "phantoms" / "validation"
SMALL = Recipe(seed=5, count=8, size=48, agreement=0.75)


def files(folder: Path) -> Iterable[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, recipe in (("one", SMALL), ("two", SMALL), ("other", replace(SMALL, seed=6))):
        assert make(tmp_path / name, recipe) == 8
    contents = {
        name: [(tmp_path / name / path).read_bytes() for path in files(tmp_path / name)]
        for name in ("one", "two", "other")
    }
    assert contents["one"] == contents["two"] != contents["other"]


def test_the_bundled_set_is_what_the_script_makes(tmp_path: Path) -> None:
    make(tmp_path, VALIDATION)
    assert files(tmp_path) == files(BUNDLED)
    for path in files(tmp_path):
        if path.suffix == ".png":  # pixels, because another zlib packs the same pixels into other bytes
            with Image.open(tmp_path / path) as made, Image.open(BUNDLED / path) as bundled:
                assert np.array_equal(np.asarray(made), np.asarray(bundled)), path
        else:
            assert (tmp_path / path).read_bytes() == (BUNDLED / path).read_bytes(), path


def test_the_bundled_set_is_balanced_and_small() -> None:
    people = list(cases(VALIDATION))
    agreeing = [case for case in people if (case.marker is None) == (case.lesion is None)]
    assert sum(case.label == "lesion" for case in people) == len(people) / 2
    assert 0.95 <= len(agreeing) / len(people) < 1
    for group in ("sex", "site", "view"):
        values = [getattr(case, group) for case in people]
        assert all(values.count(value) >= 20 for value in set(values))
    assert sum((BUNDLED / path).stat().st_size for path in files(BUNDLED)) < 1_500_000


@pytest.mark.parametrize(("agreement", "expected"), [(0.0, 0), (0.5, 10), (1.0, 20)])
def test_agreement_is_the_share_of_films_on_which_marker_and_lesion_agree(
    agreement: float, expected: int
) -> None:
    people = cases(Recipe(seed=3, count=20, agreement=agreement))
    assert sum((case.marker is None) == (case.lesion is None) for case in people) == expected


def test_a_lesion_brightens_its_own_place_inside_the_lungs_and_nothing_else() -> None:
    for case in cases(replace(SMALL, size=128)):
        if case.lesion is None:
            continue
        film, bare = render(case, 128), render(without_lesion(case), 128)
        row, column = int(case.lesion.y * 128), int(case.lesion.x * 128)
        rows, columns = np.nonzero(np.abs(film.pixels.astype(int) - bare.pixels) > 8)
        assert film.lungs[row, column] == 255
        assert len(rows) > 20
        assert np.hypot(rows - row, columns - column).max() < 128 * 1.3 * case.lesion.radius + 2


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("corner", CORNERS)
def test_a_marker_changes_its_corner_only(shape: str, corner: str) -> None:
    case = without_marker(next(cases(SMALL)))
    marked = render(with_marker(case, MarkerStyle(shape=shape, corner=corner)), 96).pixels.astype(int)
    rows, columns = np.nonzero(marked - render(case, 96).pixels)
    assert len(rows) > 10
    assert (rows < 24).all() if corner.startswith("top") else (rows > 72).all()
    assert (columns < 24).all() if corner.endswith("left") else (columns > 72).all()


def test_upper_corners_are_air_and_lungs_are_darker_than_the_heart() -> None:
    for case in cases(SMALL):
        film = render(without_lesion(without_marker(case)), 128)
        assert film.pixels[:24, :20].max() < 60
        assert film.pixels[:24, -20:].max() < 60
        heart = film.pixels[80:84, 62:66].mean()
        assert film.pixels[film.lungs > 0].mean() < heart - 40
