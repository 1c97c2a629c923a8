"""Write phantoms as a validation set, the same for the same seed: `python -m examples.phantoms.make OUT`."""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

from examples.phantoms.case import Case, Recipe, cases, render
from examples.phantoms.marker import CORNERS, SHAPES, MarkerStyle
from examples.set_folder import Item, Marked, film, write_set

VALIDATION = Recipe(seed=2026, count=96, agreement=0.95)
GROUPS = ("sex", "age", "site", "view")
DESCRIPTION = (
    "Synthetic chest films drawn by examples/phantoms. Half of them show a lesion, a soft round opacity "
    "in a lung field; the masks are the lung fields."
)


def make(folder: Path, recipe: Recipe = VALIDATION, *, name: str = "Chest-film phantoms") -> int:
    """Write the films of a recipe as a validation set, lesions.csv beside it; return how many there are."""
    people = list(cases(recipe))
    count = write_set(
        folder, name=name, description=DESCRIPTION, groups=GROUPS, items=_items(people, recipe.size)
    )
    _write_lesions(folder / "lesions.csv", people, recipe.size)
    return count


def _items(people: list[Case], size: int) -> Iterator[Item]:
    for case in people:
        drawn = render(case, size)
        groups = {"sex": case.sex, "age": str(case.age), "site": case.site, "view": case.view}
        yield film(case.id, case.label, groups, drawn.pixels, drawn.lungs, _boxes(case, size))


def _boxes(case: Case, size: int) -> list[Marked]:
    """Return the square around a lesion, as a radiologist would mark it."""
    if not case.lesion:
        return []
    radius, side = case.lesion.radius * size, 2 * case.lesion.radius * size
    return [Marked(case.lesion.x * size - radius, case.lesion.y * size - radius, side, side, "lesion")]


def _write_lesions(path: Path, people: list[Case], size: int) -> None:
    """Write where each lesion is, in pixels: what a good explanation should point at."""
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["id", "x", "y", "radius"])
        for case in people:
            if case.lesion:
                place = (case.lesion.x, case.lesion.y, case.lesion.radius)
                table.writerow([case.id, *(f"{size * value:.1f}" for value in place)])


def main() -> None:
    """Read the command line and write one set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument("--count", type=int, default=VALIDATION.count)
    parser.add_argument("--seed", type=int, default=VALIDATION.seed)
    parser.add_argument("--size", type=int, default=VALIDATION.size, help="pixels on a side")
    parser.add_argument("--agreement", type=float, default=VALIDATION.agreement, help="of marker and lesion")
    parser.add_argument("--shape", choices=SHAPES, default=VALIDATION.marker.shape)
    parser.add_argument("--corner", choices=CORNERS, default=VALIDATION.marker.corner)
    options = parser.parse_args()
    style = MarkerStyle(shape=options.shape, corner=options.corner)
    recipe = Recipe(
        seed=options.seed,
        count=options.count,
        size=options.size,
        agreement=options.agreement,
        marker=style,
    )
    print(f"{make(options.out, recipe)} films in {options.out}")


if __name__ == "__main__":
    main()
